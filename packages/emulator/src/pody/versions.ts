/** Versions are compared by their three numbers. */
export function toNumbers(version: string): readonly [number, number, number] {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  return [major, minor, patch];
}

export function isAtLeast(version: string, least: string): boolean {
  const known = toNumbers(version);
  const wanted = toNumbers(least);
  for (const [index, number] of known.entries()) {
    const other = wanted[index] ?? 0;
    if (number !== other) return number > other;
  }
  return true;
}
