export * from "./hardware.ts";
export * from "./instance.ts";
export * from "./offer.ts";
export * from "./price.ts";
export * from "./request.ts";
export * from "./resources.ts";
