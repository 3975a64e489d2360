/** Type and key, without the comment: what makes two lines the same key. */
export function sshKeyBody(publicKey: string): string {
  return publicKey.trim().split(/\s+/).slice(0, 2).join(" ");
}

/** What `ssh-keygen -l` calls a key, `SHA256:…`: one name for it, whatever its comment. */
export async function sshKeyFingerprint(publicKey: string): Promise<string> {
  const [, body = ""] = sshKeyBody(publicKey).split(" ");
  const digest = await crypto.subtle.digest("SHA-256", bytesOf(body));
  return `SHA256:${btoa(String.fromCharCode(...new Uint8Array(digest))).replace(/=+$/, "")}`;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(base64) && base64.length % 4 === 0;
  // A line that is no key can stand in an account all the same, and must have a name.
  return isBase64
    ? Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
    : new TextEncoder().encode(base64);
}
