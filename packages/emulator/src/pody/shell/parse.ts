import {
  type Command,
  type Piece,
  type Pipeline,
  type Redirect,
  type Script,
  ShellSyntaxError,
  type Step,
  type Word,
} from "./syntax.ts";

const endOfWord = " \t\n;&|<>()";
const name = /^[A-Za-z_][A-Za-z0-9_]*/;

/** Reads the part of the shell's language that one-line commands are written in. */
export function parseScript(source: string): Script {
  const parser = createParser(source);
  const script = parser.script([]);
  parser.expectEnd();
  return script;
}

function createParser(source: string) {
  let at = 0;

  const rest = () => source.slice(at);
  const peek = (text: string) => source.startsWith(text, at);
  const fail = (): never => {
    const near = rest().split("\n")[0] ?? "";
    throw new ShellSyntaxError(
      near === "" ? "syntax error: unexpected end of file" : `syntax error near '${near}'`,
    );
  };

  function take(text: string): boolean {
    if (!peek(text)) return false;
    at += text.length;
    return true;
  }

  function skipBlanks(): void {
    for (;;) {
      const blank = /^(?:[ \t]|\\\n)+/.exec(rest());
      if (blank !== null) at += blank[0].length;
      else if (peek("#")) at += (/^[^\n]*/.exec(rest())?.[0] ?? "").length;
      else return;
    }
  }

  function skipLines(): void {
    skipBlanks();
    while (take("\n")) skipBlanks();
  }

  /** A reserved word counts only as a whole word where a command may begin. */
  function atReserved(word: string): boolean {
    return (
      peek(word) &&
      (at + word.length === source.length || endOfWord.includes(source[at + word.length] ?? " "))
    );
  }

  function expect(word: string): void {
    skipLines();
    if (!atReserved(word)) fail();
    at += word.length;
  }

  function atEnd(stops: readonly string[]): boolean {
    return at >= source.length || peek(")") || stops.some(atReserved);
  }

  function script(stops: readonly string[]): Script {
    const steps: Step[] = [];
    let after: Step["after"] = ";";
    for (;;) {
      skipLines();
      if (atEnd(stops)) {
        if (after !== ";") fail();
        return steps;
      }
      const step = pipeline();
      skipBlanks();
      const background = !peek("&&") && take("&");
      steps.push({ after, pipeline: step, background });
      skipBlanks();
      if (take("&&")) after = "&&";
      else if (take("||")) after = "||";
      else {
        after = ";";
        if (!background && !take(";") && !peek("\n") && !atEnd(stops)) fail();
      }
    }
  }

  function pipeline(): Pipeline {
    const negated = atReserved("!") && take("!");
    const commands = [command()];
    for (;;) {
      skipBlanks();
      if (peek("||") || !take("|")) return { negated, commands };
      skipLines();
      commands.push(command());
    }
  }

  function command(): Command {
    skipBlanks();
    if (take("(")) {
      const body = script([]);
      if (!take(")")) fail();
      return { kind: "subshell", body, redirects: redirects() };
    }
    if (atReserved("{")) {
      at += 1;
      const body = script(["}"]);
      expect("}");
      return { kind: "group", body, redirects: redirects() };
    }
    if (atReserved("if")) return conditional();
    if (atReserved("for")) return forLoop();
    if (atReserved("while")) return whileLoop();
    return simple();
  }

  function conditional(): Command {
    const branches: { when: Script; body: Script }[] = [];
    let otherwise: Script | undefined;
    let opening = "if";
    while (atReserved(opening)) {
      at += opening.length;
      const when = script(["then"]);
      expect("then");
      branches.push({ when, body: script(["elif", "else", "fi"]) });
      opening = "elif";
    }
    if (atReserved("else")) {
      at += 4;
      otherwise = script(["fi"]);
    }
    expect("fi");
    return { kind: "if", branches, otherwise, redirects: redirects() };
  }

  function forLoop(): Command {
    at += 3;
    skipBlanks();
    const variable = name.exec(rest())?.[0] ?? fail();
    at += variable.length;
    expect("in");
    const words: Word[] = [];
    for (skipBlanks(); !peek(";") && !peek("\n"); skipBlanks()) words.push(word());
    take(";");
    expect("do");
    const body = script(["done"]);
    expect("done");
    return { kind: "for", name: variable, words, body, redirects: redirects() };
  }

  function whileLoop(): Command {
    at += "while".length;
    const when = script(["do"]);
    expect("do");
    const body = script(["done"]);
    expect("done");
    return { kind: "while", when, body, redirects: redirects() };
  }

  function simple(): Command {
    const assignments: { name: string; value: Word }[] = [];
    const words: Word[] = [];
    const found: Redirect[] = [];
    for (;;) {
      skipBlanks();
      const redirect = oneRedirect();
      if (redirect !== undefined) {
        found.push(redirect);
        continue;
      }
      const variable = words.length === 0 ? /^([A-Za-z_][A-Za-z0-9_]*)=/.exec(rest()) : null;
      if (variable !== null) {
        at += variable[0].length;
        const empty = at >= source.length || endOfWord.includes(source[at] ?? " ");
        assignments.push({ name: variable[1] ?? "", value: empty ? [] : word() });
        continue;
      }
      if (at >= source.length || endOfWord.includes(source[at] ?? " ")) break;
      words.push(word());
    }
    if (assignments.length + words.length + found.length === 0) fail();
    return { kind: "simple", assignments, words, redirects: found };
  }

  function redirects(): Redirect[] {
    const found: Redirect[] = [];
    for (;;) {
      skipBlanks();
      const redirect = oneRedirect();
      if (redirect === undefined) return found;
      found.push(redirect);
    }
  }

  function oneRedirect(): Redirect | undefined {
    const operator = /^(?:([012])?(>>|>&|>|<<<|<)|(&>))(?!\()/.exec(rest());
    if (operator === null) return undefined;
    const [whole, digit, arrow, both] = operator;
    if (arrow === "<" && rest().startsWith("<<", whole.length - 1)) fail();
    at += whole.length;
    skipBlanks();
    const descriptor = digit === "2" ? 2 : 1;
    if (both !== undefined) fail();
    if (arrow === "<") return { kind: "read", from: word() };
    if (arrow === "<<<") return { kind: "feed", text: word() };
    if (arrow === ">&") {
      const of = take("1") ? 1 : take("2") ? 2 : fail();
      return { kind: "duplicate", descriptor, of };
    }
    return { kind: arrow === ">>" ? "append" : "write", descriptor, to: word() };
  }

  function word(): Word {
    const pieces: Piece[] = [];
    while (at < source.length && !endOfWord.includes(source[at] ?? " ")) pieces.push(...nextPieces());
    return pieces.length === 0 ? fail() : pieces;
  }

  function nextPieces(): readonly Piece[] {
    if (take("'")) return [{ kind: "text", text: until("'"), quoted: true }];
    if (take("$'")) return [{ kind: "text", text: readEscapes(until("'")), quoted: true }];
    if (take('"')) return doubleQuoted();
    if (peek("$")) return [dollar(false)];
    if (take("`")) return [backquoted(false)];
    if (take("\\")) {
      const text = source[at] ?? "";
      at += 1;
      return text === "\n" ? [] : [{ kind: "text", text, quoted: true }];
    }
    const plain = /^[^ \t\n;&|<>()'"$`\\]+/.exec(rest())?.[0] ?? fail();
    at += plain.length;
    return [{ kind: "text", text: plain, quoted: false }];
  }

  function until(end: string): string {
    const stop = source.indexOf(end, at);
    if (stop === -1) fail();
    const text = source.slice(at, stop);
    at = stop + end.length;
    return text;
  }

  function doubleQuoted(): readonly Piece[] {
    const pieces: Piece[] = [{ kind: "text", text: "", quoted: true }];
    while (!take('"')) {
      if (at >= source.length) fail();
      if (peek("$")) pieces.push(dollar(true));
      else if (take("`")) pieces.push(backquoted(true));
      else {
        const escaped = /^\\([$`"\\\n])/.exec(rest());
        const text = escaped?.[1] ?? source[at] ?? "";
        at += escaped === null ? 1 : 2;
        pieces.push({ kind: "text", text: text === "\n" && escaped !== null ? "" : text, quoted: true });
      }
    }
    return pieces;
  }

  function backquoted(quoted: boolean): Piece {
    return { kind: "output", script: parseScript(until("`").replace(/\\([`$\\])/g, "$1")), quoted };
  }

  function dollar(quoted: boolean): Piece {
    at += 1;
    if (peek("((")) fail();
    if (take("(")) {
      const body = script([]);
      if (!take(")")) fail();
      return { kind: "output", script: body, quoted };
    }
    if (take("{")) return braced(quoted);
    const variable = name.exec(rest())?.[0] ?? /^[?$#@0-9!]/.exec(rest())?.[0];
    if (variable === undefined) return { kind: "text", text: "$", quoted };
    at += variable.length;
    return { kind: "variable", name: variable, fallback: undefined, quoted };
  }

  function braced(quoted: boolean): Piece {
    const variable = /^(?:[A-Za-z_][A-Za-z0-9_]*(?:\[\d+\])?|[?$#@0-9])/.exec(rest())?.[0] ?? fail();
    at += variable.length;
    let fallback: Word | undefined;
    if (take(":-")) {
      const text = /^[^}]*/.exec(rest())?.[0] ?? "";
      at += text.length;
      fallback = [{ kind: "text", text, quoted }];
    }
    if (!take("}")) fail();
    return { kind: "variable", name: variable, fallback, quoted };
  }

  return {
    script,
    expectEnd() {
      if (at < source.length) fail();
    },
  };
}

const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  "\\": "\\",
  a: "\x07",
  "0": "\0",
  '"': '"',
  "'": "'",
};

/** `\n`, `\x41` and `\101`, as `printf` and `$'...'` read them. */
export function readEscapes(text: string): string {
  return text.replace(/\\(?:x([0-9A-Fa-f]{1,2})|([0-7]{1,3})|([\s\S]))/g, (whole, hex, octal, other) => {
    if (typeof hex === "string") return String.fromCharCode(Number.parseInt(hex, 16));
    if (typeof octal === "string") return String.fromCharCode(Number.parseInt(octal, 8) & 255);
    return escapes[String(other)] ?? String(whole);
  });
}
