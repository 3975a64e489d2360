import type { Answer } from "../kit/types.ts";

/** Ends an operation; nothing has been changed when it is thrown. */
export class RunpodRefusal extends Error {
  readonly status: number;
  /** What is wrong, member by member. */
  readonly errors: readonly string[];
  /** Answered by a service behind the API, in its own form. */
  readonly inner: boolean;

  constructor(
    status: number,
    detail: string,
    { errors = [], inner = false }: { readonly errors?: readonly string[]; readonly inner?: boolean } = {},
  ) {
    super(detail);
    this.name = "RunpodRefusal";
    this.status = status;
    this.errors = errors;
    this.inner = inner;
  }
}

export function refuse(status: number, detail: string): never {
  throw new RunpodRefusal(status, detail);
}

/** As the services behind the API refuse: `{"error", "status"}`. */
export function refuseInside(status: number, text: string): never {
  throw new RunpodRefusal(status, text, { inner: true });
}

export function refuseMembers(errors: readonly string[]): never {
  throw new RunpodRefusal(422, "The request body is invalid.", { errors });
}

/** The texts a want of machines is told in; nothing but the text tells them from other refusals. */
export const capacityTexts = {
  none: "There are no instances currently available with the requested specifications.",
  gone: "There are no longer any instances available with enough disk space.",
  filters: "Could not find any pods with required specifications",
  race: "This machine does not have the resources to deploy your pod. Please try a different machine",
} as const;

const titles: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  409: "Conflict",
  413: "Content Too Large",
  422: "Unprocessable Entity",
  429: "Too Many Requests",
  500: "Internal Server Error",
};

export function toProblem({ status, message, errors, inner }: RunpodRefusal): Answer {
  if (inner) return { status, json: { error: message, status } };
  return {
    status,
    headers: { "content-type": "application/problem+json" },
    json: {
      title: titles[status] ?? "Error",
      status,
      detail: message,
      ...(errors.length === 0 ? {} : { errors }),
    },
  };
}
