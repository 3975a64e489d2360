/** The error codes of the site, with the HTTP status each comes with. */
const statuses = {
  "global/invalid-api-key": 401,
  "global/account-inactive": 403,
  "global/invalid-address": 403,
  "global/forbidden": 403,
  "global/invalid-parameters": 400,
  "global/object-does-not-exist": 404,
  "global/not-found": 404,
  "global/quota-exceeded": 400,
  "global/duplicate": 400,
  "global/conflict": 409,
  "global/unknown": 400,
  "global/internal-error": 500,
  "provider/internal-unavailable": 503,
  "instance-operations/launch/insufficient-capacity": 400,
  "instance-operations/launch/file-system-in-wrong-region": 400,
  "instance-operations/launch/file-systems-not-supported": 400,
  "filesystems/filesystem-in-use": 400,
  "firewall-rulesets/firewall-ruleset-in-use": 400,
  "ssh-keys/key-in-use": 400,
} as const;

export type LambdaErrorCode = keyof typeof statuses;

/** Ends an operation; nothing has been changed when it is thrown. */
export class LambdaRefusal extends Error {
  readonly code: LambdaErrorCode;
  readonly status: number;
  readonly suggestion: string | undefined;

  constructor(
    code: LambdaErrorCode,
    message: string,
    { status = statuses[code], suggestion }: { status?: number; suggestion?: string } = {},
  ) {
    super(message);
    this.name = "LambdaRefusal";
    this.code = code;
    this.status = status;
    this.suggestion = suggestion;
  }
}

export function refuse(code: LambdaErrorCode, message: string, suggestion?: string): never {
  throw new LambdaRefusal(code, message, suggestion === undefined ? {} : { suggestion });
}

export function refuseParameter(message: string): never {
  refuse("global/invalid-parameters", `Invalid request data: ${message}`);
}

/** A thing named in a body is missing with 400; one named in the path with 404. */
export function refuseUnknown(what: string, status: 400 | 404 = 400): never {
  const message = `Specified ${what} does not exist.`;
  throw new LambdaRefusal("global/object-does-not-exist", message, { status });
}
