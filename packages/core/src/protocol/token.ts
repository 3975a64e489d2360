/** Without look-alikes; 32 letters, so five bits each. */
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const mark = "gp";
const randomLength = 14;
const checkLength = 4;
const tokenPattern = new RegExp(`${mark}[${alphabet}]{${randomLength + checkLength}}$`);

/**
 * What marks a launch at the cloud: `gp`, 70 random bits, and a check over them and the owner, 20 characters in all.
 * Letters and digits only, so that every cloud takes it as a name. The check tells our machines from a stranger's that
 * happens to be called alike, and from those of another owner on the same account.
 */
export function newToken(owner = ""): string {
  const bytes = crypto.getRandomValues(new Uint8Array(randomLength));
  const random = Array.from(bytes, (byte) => alphabet[byte % 32]).join("");
  return mark + random + check(random, owner);
}

/** What has the form of a token at the end of a machine's name or label, whoever made it. */
export function formOfToken(identity: string | undefined): string | undefined {
  return identity?.match(tokenPattern)?.[0];
}

/** The token at the end of a machine's name or label, if this owner made it. */
export function tokenOf(identity: string | undefined, owner = ""): string | undefined {
  const token = formOfToken(identity);
  const random = token?.slice(mark.length, mark.length + randomLength);
  return random !== undefined && check(random, owner) === token?.slice(-checkLength) ? token : undefined;
}

/** The identity on a cloud that has one free text for a name: the caller's name, then the token. */
export function labelOf(token: string, name: string | undefined): string {
  return name === undefined ? token : `${name}-${token}`;
}

/** The caller's part of {@link labelOf}; a label that carries no token is a name as it stands. */
export function nameFromLabel(label: string | undefined): string | undefined {
  const token = formOfToken(label);
  if (token === undefined || label === undefined) return label === "" ? undefined : label;
  const name = label.slice(0, -token.length).replace(/-$/, "");
  return name === "" ? undefined : name;
}

/** The label under a new name: what marks a machine as ours stays, and a stranger's does not become ours by a name. */
export function renamedLabel(label: string | undefined, name: string): string {
  const token = formOfToken(label);
  return token === undefined ? name : labelOf(token, name);
}

/** FNV-1a, folded to 20 bits. */
function check(random: string, owner: string): string {
  let hash = 0x811c9dc5;
  for (const letter of random + owner) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  let bits = (hash ^ (hash >>> 20)) & 0xfffff;
  let text = "";
  for (let index = 0; index < checkLength; index += 1) {
    text += alphabet[bits & 31];
    bits >>>= 5;
  }
  return text;
}
