/** `undefined` stands for "not JSON"; whoever needs JSON says so. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
