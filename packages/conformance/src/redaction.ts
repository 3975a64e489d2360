/** What stands in the place of a secret. */
const hidden = "[redacted]";

const secretHeader = /auth|cookie|token|key|secret|session/i;
/** Members that hold secrets on every cloud that has them. */
const secretMember =
  /pass(word|wd|phrase)?$|token|secret|api_?key|private_?key|credential|authorization|cookie|jwt/i;
/** Parameters of signed URLs, too. */
const secretParameter = /token|key|secret|pass|sign|credential|auth/i;

export function redactedHeaders(headers: Headers, secrets: readonly string[]): Record<string, string> {
  const pairs = [...headers].map(([name, value]) => [
    name,
    secretHeader.test(name) ? hidden : withoutSecrets(value, secrets),
  ]);
  return Object.fromEntries(pairs);
}

export function redactedUrl(url: URL, secrets: readonly string[]): string {
  const copy = new URL(url);
  for (const name of [...copy.searchParams.keys()]) {
    if (secretParameter.test(name)) copy.searchParams.set(name, hidden);
  }
  copy.username = "";
  copy.password = "";
  return withoutSecrets(copy.pathname + copy.search, secrets);
}

/** Secret members by name, and known values wherever they stand. */
export function redactedBody(text: string, secrets: readonly string[]): string {
  const body = parsed(text);
  const clean = body === undefined ? text : JSON.stringify(withoutMembers(body));
  return withoutSecrets(clean, secrets);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no JSON: only known values can be found in it
  }
}

function withoutMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMembers);
  if (typeof value === "string") return withoutParameters(value);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      secretMember.test(name) && (typeof member === "string" || typeof member === "number")
        ? hidden
        : withoutMembers(member),
    ]),
  );
}

/** Links to machines carry their access tokens. */
function withoutParameters(text: string): string {
  return text.replace(/([?&][\w.-]*(?:token|key|secret|pass|sign|auth)[\w.-]*=)[^&#\s"]+/gi, `$1${hidden}`);
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length < 4) continue;
    const forms = [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      btoa(latin(secret)),
    ];
    for (const form of forms) clean = clean.replaceAll(form, hidden);
  }
  return clean;
}

/** `btoa` takes bytes. */
function latin(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}
