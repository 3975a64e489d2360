import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type YAMLError,
} from "yaml";
import type { Place, Problem } from "./problems.ts";

/** A YAML or JSON text, read. */
export interface Parsed {
  readonly content: unknown;
  /** What is wrong with the text itself. */
  readonly problem?: (Problem & { readonly position?: string | undefined }) | undefined;
  /** `line:column` of a place, or of the nearest one above it that is there. */
  readonly locate: (place: Place) => string | undefined;
}

/** Braces are punctuation inside `{ … }`, so an unquoted `${NAME}` there needs others while the text is read. */
const reference = /\$\{([^{}\r\n]*)\}/g;
const masked = /\$\uE000([^\uE000\uE001]*)\uE001/g;
const mask = (text: string): string => text.replace(reference, "$\uE000$1\uE001");
const unmask = (text: string): string => text.replace(masked, (_, name) => `\${${name}}`);

/** Reads YAML, of which JSON is a part. Nothing of the text gets into a message: it may hold credentials. */
export function parseYaml(text: string): Parsed {
  const lines = new LineCounter();
  const document = parseDocument(mask(text), { lineCounter: lines, prettyErrors: false, merge: true });
  const at = (offset: number | undefined): string | undefined => {
    if (offset === undefined) return undefined;
    const { line, col } = lines.linePos(offset);
    return `${line}:${col}`;
  };
  const locate = (place: Place): string | undefined => at(offsetOf(document, place));
  const wrong = (error: unknown): Parsed => {
    const { code, pos } = (error ?? {}) as Partial<YAMLError>; // whatever was thrown, only these are read
    const message = words[code ?? ""] ?? fallback(code);
    return { content: undefined, problem: { place: [], message, position: at(pos?.[0]) }, locate };
  };
  const error = document.errors[0] ?? document.warnings[0];
  if (error !== undefined) return wrong(error);
  const dangling = danglingAlias(document);
  if (dangling !== undefined) return wrong(dangling);
  try {
    const content: unknown = document.toJS({ reviver: (_, value: unknown) => unmasked(value) });
    return { content, locate };
  } catch (cause) {
    return wrong(cause);
  }
}

/** Keys too: a place with a reference for a name reads as it was written. */
function unmasked(value: unknown): unknown {
  if (typeof value === "string") return unmask(value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [unmask(key), member]));
}

const quotes = "put the value in quotes";

/** The parser's own words quote the text. */
const words: Readonly<Record<string, string>> = {
  BAD_INDENT: "the indentation does not fit what stands above",
  TAB_AS_INDENT: "tabs cannot indent; use spaces",
  DUPLICATE_KEY: "this key stands here twice",
  BAD_ALIAS: `a value that begins with * or & is a YAML alias or anchor; ${quotes}`,
  TAG_RESOLVE_FAILED: `a value that begins with ! is a YAML tag; ${quotes}`,
  BAD_SCALAR_START: `a value cannot begin with this character; ${quotes}`,
  BAD_DQ_ESCAPE: "an unknown escape sequence between double quotes",
  MISSING_CHAR: "a quote, a bracket, a comma or a colon is missing",
  MULTIPLE_DOCS: "the file holds more than one document",
};

function fallback(code: string | undefined): string {
  if (code === undefined) return "aliases that stand for themselves, or for too much";
  return `not valid YAML or JSON (${code.toLowerCase().replaceAll("_", " ")})`;
}

/** An alias without an anchor above it, which the parser notices only in use. */
function danglingAlias(document: Document): Pick<YAMLError, "code" | "pos"> | undefined {
  let found: Pick<YAMLError, "code" | "pos"> | undefined;
  visit(document, {
    Alias(_, node) {
      if (node.resolve(document) !== undefined) return undefined;
      const [start = 0, end = 0] = node.range ?? [];
      found = { code: "BAD_ALIAS", pos: [start, end] };
      return visit.BREAK;
    },
  });
  return found;
}

/** Where the deepest key of a place begins. */
function offsetOf(document: Document, place: Place): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const step of place) {
    let key: unknown;
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => unmask(String(isScalar(item.key) ? item.key.value : item.key)) === step,
      );
      if (pair === undefined) break;
      key = pair.key;
      node = pair.value;
    } else if (isSeq(node) && typeof step === "number") {
      node = node.items[step];
      key = node;
    } else break;
    offset = isNode(key) ? key.range?.[0] : offset;
  }
  return offset;
}
