/** Ends a call with a status and a `detail`. */
export class PodyRefusal extends Error {
  readonly status: number;
  readonly detail: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(String(detail));
    this.name = "PodyRefusal";
    this.status = status;
    this.detail = detail;
    this.headers = headers;
  }
}

export function refuse(status: number, detail: unknown): never {
  throw new PodyRefusal(status, detail);
}

/** An engine error passes through as the text of the Docker SDK. */
export function engineError(
  kind: "400 Client Error" | "404 Client Error" | "409 Client Error" | "500 Server Error",
  path: string,
  message: string,
): string {
  const words = {
    400: "Bad Request",
    404: "Not Found",
    409: "Conflict",
    500: "Internal Server Error",
  } as const;
  const status =
    kind === "400 Client Error"
      ? 400
      : kind === "404 Client Error"
        ? 404
        : kind === "409 Client Error"
          ? 409
          : 500;
  return `${kind} for http+docker://localhost/v1.41${path}: ${words[status]} ("${message}")`;
}

export function noSuchContainer(fullName: string): never {
  return refuse(
    404,
    engineError("404 Client Error", `/containers/${fullName}/json`, `No such container: ${fullName}`),
  );
}
