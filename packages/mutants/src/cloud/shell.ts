/** What a machine's shell does with the few commands that it knows. */
export function runCommand(command: string): { exit: number; out: string; err: string } {
  let out = "";
  let err = "";
  for (const part of command.split(/\s*(?:;|&&)\s*/)) {
    const [, words = "", toError] = /^(?:echo|printf)\s+(.*?)\s*(>&2)?$/s.exec(part) ?? [];
    const [, status] = /^exit\s+(\d+)$/.exec(part) ?? [];
    if (status !== undefined) return { exit: Number(status), out, err };
    if (part === "false") return { exit: 1, out, err };
    if (/^(echo|printf)\s/.test(part)) {
      const text = words.replace(/^(["'])(.*)\1$/s, "$2") + (part.startsWith("echo") ? "\n" : "");
      if (toError === undefined) out += text.replaceAll("\\n", "\n");
      else err += text.replaceAll("\\n", "\n");
    } else if (part !== "true" && part !== "") {
      return { exit: 127, out, err: `${err}sh: ${part.split(" ")[0]}: not found\n` };
    }
  }
  return { exit: 0, out, err };
}
