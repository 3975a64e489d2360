import { readEscapes } from "./parse.ts";
import { readFile, resolvePath, runLine, runProgram } from "./run.ts";
import { Blocked, Exit, type Program, type Setting, type Shell, type Streams } from "./shell.ts";

/** Everything the input holds; a terminal that nobody types at holds the program for ever. */
function readInput({ input }: Streams): string {
  if (input === undefined) throw new Blocked();
  return input;
}

/** The files that were named, or the input; undefined after a complaint. */
function readAll(name: string, paths: readonly string[], { shell, streams }: Setting): string | undefined {
  if (paths.length === 0) return readInput(streams);
  const texts = paths.map((path) => (path === "-" ? readInput(streams) : readFile(path, shell)));
  const missing = paths.find((_, index) => texts[index] === undefined);
  if (missing === undefined) return texts.join("");
  streams.errors(`${name}: ${missing}: No such file or directory\n`);
  return undefined;
}

const flagsOf = (words: readonly string[]) => words.filter((word) => /^-./.test(word));
const restOf = (words: readonly string[]) => words.filter((word) => !/^-./.test(word));

const succeed: Program = () => 0;

const echo: Program = (words, { streams }) => {
  const options = /^-[neE]+$/;
  const first = words.findIndex((word) => !options.test(word));
  const at = first === -1 ? words.length : first;
  const given = words.slice(0, at).join("");
  const text = words.slice(at).join(" ");
  streams.output((given.includes("e") ? readEscapes(text) : text) + (given.includes("n") ? "" : "\n"));
  return 0;
};

const printf: Program = ([format = "", ...values], { streams }) => {
  const left = [...values];
  do {
    // The placeholders are filled before the escapes are read, but an argument's own backslashes stay.
    const parts = format.split(/(%[-0]?\d*[sdb%])/);
    for (const part of parts) {
      if (!/^%[-0]?\d*[sdb%]$/.test(part)) streams.output(readEscapes(part));
      else if (part === "%%") streams.output("%");
      else {
        const value = left.shift() ?? "";
        const width = Number(/\d+/.exec(part)?.[0] ?? 0);
        const text = part.endsWith("d")
          ? String(Math.trunc(Number(value) || 0))
          : part.endsWith("b")
            ? readEscapes(value)
            : value;
        streams.output(padded(part, text, width));
      }
    }
  } while (left.length > 0 && /%[-0]?\d*[sdb]/.test(format));
  return 0;
};

function padded(placeholder: string, text: string, width: number): string {
  if (placeholder.startsWith("%-")) return text.padEnd(width);
  return placeholder.startsWith("%0") ? text.padStart(width, "0") : text.padStart(width);
}

const cat: Program = (words, setting) => {
  const text = readAll("cat", restOf(words), setting);
  if (text === undefined) return 1;
  setting.streams.output(text);
  return 0;
};

/** `-c N`, `-n N`, `-cN`, `-N`: how much, and the files. */
function amountOf(words: readonly string[]) {
  const joined = words.join("\n").replace(/(^|\n)(-[cn])\n(?=[-+]?\d)/g, "$1$2");
  const all = joined === "" ? [] : joined.split("\n");
  const option = flagsOf(all).find((word) => /\d/.test(word)) ?? "-10";
  return {
    bytes: option.startsWith("-c"),
    amount: Number(/\d+/.exec(option)?.[0] ?? 10),
    paths: restOf(all),
  };
}

const head: Program = (words, setting) => {
  const { bytes, amount, paths } = amountOf(words);
  const text = readAll("head", paths, setting);
  if (text === undefined) return 1;
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  setting.streams.output(bytes ? text.slice(0, amount) : lines.slice(0, amount).join(""));
  return 0;
};

const tail: Program = (words, setting) => {
  const { bytes, amount, paths } = amountOf(words);
  const text = readAll("tail", paths, setting);
  if (text === undefined) return 1;
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const cut = bytes ? text.slice(-amount) : lines.slice(-amount).join("");
  setting.streams.output(amount === 0 ? "" : cut);
  return 0;
};

const classes: Readonly<Record<string, string>> = {
  "[:space:]": " \t\n\r\v\f",
  "[:digit:]": "0123456789",
  "[:lower:]": "abcdefghijklmnopqrstuvwxyz",
  "[:upper:]": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
};

/** `a-z`, `\11\12` and `[:digit:]` into the characters they stand for. */
function characters(set: string): string {
  const named = set.replace(/\[:[a-z]+:\]/g, (word) => classes[word] ?? "");
  return readEscapes(named).replace(/([\s\S])-([\s\S])/g, (_, low: string, high: string) => {
    const from = low.charCodeAt(0);
    return Array.from({ length: Math.max(0, high.charCodeAt(0) - from + 1) }, (_unused, step) =>
      String.fromCharCode(from + step),
    ).join("");
  });
}

const tr: Program = (words, { streams }) => {
  const options = flagsOf(words).join("");
  const [first = "", second = ""] = restOf(words);
  const set = characters(first);
  const complement = /[cC]/.test(options);
  const hit = (character: string) => set.includes(character) !== complement;
  const target = characters(second);
  const replaced = [...readInput(streams)].map((character) => {
    if (!hit(character)) return character;
    if (options.includes("d")) return "";
    return (
      target[Math.min(complement ? target.length - 1 : set.indexOf(character), target.length - 1)] ??
      character
    );
  });
  streams.output(replaced.join(""));
  return 0;
};

const base64: Program = (words, setting) => {
  const joined = words.join("\n").replace(/(^|\n)-w\n(?=\d)/g, "$1-w");
  const all = joined === "" ? [] : joined.split("\n");
  const text = readAll("base64", restOf(all), setting);
  if (text === undefined) return 1;
  if (flagsOf(all).some((word) => word === "-d" || word === "--decode")) {
    setting.streams.output(Buffer.from(text, "base64").toString("latin1"));
    return 0;
  }
  const wrap = flagsOf(all).find((word) => word.startsWith("-w") || word.startsWith("--wrap="));
  const width = wrap === undefined ? 76 : Number(/\d+/.exec(wrap)?.[0] ?? 76);
  const encoded = Buffer.from(text, "latin1").toString("base64");
  const lines = width === 0 ? encoded : encoded.replace(new RegExp(`.{1,${width}}`, "g"), "$&\n");
  setting.streams.output(lines);
  return 0;
};

const wc: Program = (words, setting) => {
  const text = readAll("wc", restOf(words), setting);
  if (text === undefined) return 1;
  const lines = text.split("\n").length - 1;
  setting.streams.output(`${flagsOf(words).includes("-l") ? lines : text.length}\n`);
  return 0;
};

const grep: Program = (words, setting) => {
  const options = flagsOf(words).join("");
  const [pattern = "", ...paths] = restOf(words);
  const text = readAll("grep", paths, setting);
  if (text === undefined) return 2;
  const source = options.includes("F") ? pattern.replace(/[.*+?^${}()|[\]\\]/g, "\\$&") : pattern;
  const regex = new RegExp(
    options.includes("x") ? `^(?:${source})$` : source,
    options.includes("i") ? "i" : "",
  );
  const found = text
    .replace(/\n$/, "")
    .split("\n")
    .filter((line) => regex.test(line) !== options.includes("v"));
  if (options.includes("c")) setting.streams.output(`${found.length}\n`);
  else if (!options.includes("q")) setting.streams.output(found.map((line) => `${line}\n`).join(""));
  return found.length > 0 ? 0 : 1;
};

const test: Program = (words, { shell }) => {
  const given = words.at(-1) === "]" ? words.slice(0, -1) : words;
  const negated = given[0] === "!";
  const [first = "", second, third = ""] = negated ? given.slice(1) : given;
  const exists = (path: string) =>
    readFile(path, shell) !== undefined || folders(shell).has(resolvePath(path, shell));
  const compare: Readonly<Record<string, () => boolean>> = {
    "=": () => first === third,
    "==": () => first === third,
    "!=": () => first !== third,
    "-eq": () => Number(first) === Number(third),
    "-ne": () => Number(first) !== Number(third),
    "-gt": () => Number(first) > Number(third),
    "-ge": () => Number(first) >= Number(third),
    "-lt": () => Number(first) < Number(third),
    "-le": () => Number(first) <= Number(third),
  };
  const unary: Readonly<Record<string, (value: string) => boolean>> = {
    "-n": (value) => value !== "",
    "-z": (value) => value === "",
    "-e": exists,
    "-f": (path) => readFile(path, shell) !== undefined,
    "-r": exists,
    "-s": (path) => (readFile(path, shell) ?? "") !== "",
    "-d": (path) => folders(shell).has(resolvePath(path, shell)),
  };
  const binary = second === undefined ? undefined : compare[second];
  const result = binary?.() ?? (second === undefined ? first !== "" : (unary[first]?.(second) ?? false));
  return result === negated ? 1 : 0;
};

/** Folders are where files are, and a few that always are. */
function folders({ files }: Shell): ReadonlySet<string> {
  const found = new Set(["/", "/root", "/tmp", "/workspace", "/etc", "/proc", "/dev"]);
  for (const path of files.keys()) {
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1))
      found.add(path.slice(0, end));
  }
  return found;
}

/** Runs the rest of its words, as `nohup` and `setsid` do. */
const wrapper: Program = (words, { shell, streams }) => runProgram(words, shell, streams);

const bash: Program = (words, { shell, streams }) => {
  const at = words.findIndex((word) => /^-[a-z]*c$/.test(word));
  const line = at === -1 ? undefined : words[at + 1];
  const file = at === -1 ? words.find((word) => !word.startsWith("-")) : undefined;
  const script = line ?? (file === undefined ? readInput(streams) : readFile(file, shell));
  if (script === undefined) {
    streams.errors(`bash: ${file ?? ""}: No such file or directory\n`);
    return 127;
  }
  return runLine(script, { ...shell, variables: new Map(shell.variables), status: 0 }, streams);
};

function sleepMs(words: readonly string[]): number {
  const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
  const times = words.map((word) => Number.parseFloat(word) * (units[word.at(-1) ?? "s"] ?? 1000));
  return times.reduce((sum, ms) => sum + (Number.isFinite(ms) ? ms : 0), 0);
}

/** The programs every pod has. They know the options that scripts commonly use, and no more. */
export const programs: Readonly<Record<string, Program>> = {
  ":": succeed,
  true: succeed,
  chmod: succeed,
  chown: succeed,
  mkdir: (words, { shell }) => {
    // A folder without a file is remembered by a hidden one.
    for (const path of restOf(words))
      if (!/^\d+$/.test(path)) shell.files.set(`${resolvePath(path, shell)}/.folder`, "");
    return 0;
  },
  set: succeed,
  trap: succeed,
  wait: succeed,
  umask: succeed,
  sync: succeed,
  false: () => 1,
  exit: ([status], { shell }) => {
    throw new Exit(status === undefined ? shell.status : Number(status) & 255);
  },
  echo,
  printf,
  cat,
  head,
  tail,
  tr,
  base64,
  wc,
  grep,
  test,
  "[": test,
  "[[": (words, setting) => test(words.slice(0, -1), setting),
  eval: (words, { shell, streams }) => runLine(words.join(" "), shell, streams),
  bash,
  sh: bash,
  setsid: (words, setting) => wrapper(restOf(words.slice(0, 1)).concat(words.slice(1)), setting),
  nohup: wrapper,
  exec: (words, setting) => {
    if (words.length > 0) throw new Exit(wrapper(words, setting));
    setting.streams.errors("bash: exec: this shell cannot redirect itself\n");
    return 2;
  },
  command: (words, { shell, streams }) => {
    if (words[0] !== "-v") return runProgram(words, shell, streams);
    const [, name = ""] = words;
    if (shell.programs[name] === undefined) return 1;
    streams.output(`/usr/bin/${name}\n`);
    return 0;
  },
  timeout: ([limit = "0", ...words], { shell, streams }) => {
    const start = shell.clock.elapsedMs;
    const status = runProgram(words, shell, streams);
    const limitMs = sleepMs([limit]);
    if (shell.clock.elapsedMs - start <= limitMs) return status;
    shell.clock.elapsedMs = start + limitMs;
    return 124;
  },
  sleep: (words, { shell }) => {
    shell.clock.elapsedMs += sleepMs(words);
    return 0;
  },
  cd: ([path = "~"], { shell }) => {
    shell.folder = resolvePath(path, shell);
    return 0;
  },
  pwd: (_words, { shell, streams }) => {
    streams.output(`${shell.folder}\n`);
    return 0;
  },
  export: (words, { shell }) => {
    for (const word of words) {
      const [name = "", ...value] = word.split("=");
      if (word.includes("=")) shell.variables.set(name, value.join("="));
    }
    return 0;
  },
  unset: (words, { shell }) => {
    for (const name of words) shell.variables.delete(name);
    return 0;
  },
  env: (given, { shell, streams }) => {
    const words = given[0] === "-i" ? given.slice(1) : given;
    const at = words.findIndex((word) => !word.includes("="));
    const added = (at === -1 ? words : words.slice(0, at)).map((word) => {
      const [name = "", ...value] = word.split("=");
      return [name, value.join("=")] as const;
    });
    const variables = new Map([...(words === given ? shell.variables : []), ...added]);
    if (at !== -1) return runProgram(words.slice(at), { ...shell, variables }, streams);
    for (const [name, value] of variables) streams.output(`${name}=${value}\n`);
    return 0;
  },
  printenv: ([name = ""], { shell, streams }) => {
    const value = shell.variables.get(name);
    if (value === undefined) return 1;
    streams.output(`${value}\n`);
    return 0;
  },
  mktemp: (_words, { shell, streams }) => {
    const path = shell.temporaryName();
    shell.files.set(path, "");
    streams.output(`${path}\n`);
    return 0;
  },
  rm: (words, { shell, streams }) => {
    let status = 0;
    for (const word of restOf(words)) {
      const path = resolvePath(word, shell);
      const inside = [...shell.files.keys()].filter((file) => file === path || file.startsWith(`${path}/`));
      for (const file of inside) shell.files.delete(file);
      if (inside.length > 0 || flagsOf(words).join("").includes("f")) continue;
      streams.errors(`rm: cannot remove '${word}': No such file or directory\n`);
      status = 1;
    }
    return status;
  },
  touch: (words, { shell }) => {
    for (const word of restOf(words)) {
      const path = resolvePath(word, shell);
      shell.files.set(path, shell.files.get(path) ?? "");
    }
    return 0;
  },
  tee: (words, { shell, streams }) => {
    const text = readInput(streams);
    for (const word of restOf(words)) {
      const path = resolvePath(word, shell);
      shell.files.set(path, (flagsOf(words).includes("-a") ? (shell.files.get(path) ?? "") : "") + text);
    }
    streams.output(text);
    return 0;
  },
  seq: (words, { streams }) => {
    const [low, high] = words.length > 1 ? [Number(words[0]), Number(words[1])] : [1, Number(words[0])];
    for (let number = low; number <= high; number += 1) streams.output(`${number}\n`);
    return 0;
  },
  whoami: (_words, { streams }) => {
    streams.output("root\n");
    return 0;
  },
  id: (words, { streams }) => {
    streams.output(words.includes("-u") ? "0\n" : "uid=0(root) gid=0(root) groups=0(root)\n");
    return 0;
  },
};
