export type { Answers, Authentication } from "./answers.ts";
export { createAdapter, type Versions } from "./create.ts";
