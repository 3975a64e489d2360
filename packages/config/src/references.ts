import type { Place, Problem } from "./problems.ts";

/** Variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A configuration with its references filled in. */
export interface Resolved {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** The values that came out of variables: not to be shown. */
  readonly secrets: readonly string[];
}

const reference = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/;
const opening = /(?<!\$)\$\{/;
const escaped = /\$\$\{/g;

/**
 * Puts variables in place of `${NAME}`, anywhere in a configuration. A value is one variable or plain text, never a
 * mixture: half a credential is a mistake that only the cloud would notice. `$${` stands for a literal `${`.
 */
export function resolveReferences(value: unknown, environment: Environment): Resolved {
  const problems: Problem[] = [];
  const secrets: string[] = [];

  function resolve(current: unknown, place: Place, above: readonly object[]): unknown {
    if (typeof current === "string") return resolveText(current, place);
    if (!isPlain(current)) return current;
    if (above.includes(current)) {
      problems.push({ place, message: "contains itself" });
      return undefined;
    }
    const inside = [...above, current];
    if (Array.isArray(current)) return current.map((item, index) => resolve(item, [...place, index], inside));
    return Object.fromEntries(
      Object.entries(current).map(([key, member]) => [key, resolve(member, [...place, key], inside)]),
    );
  }

  function resolveText(text: string, place: Place): string | undefined {
    const name = reference.exec(text)?.[1];
    if (name === undefined) {
      if (!opening.test(text)) return text.replace(escaped, "${");
      const message =
        `a reference is the whole value and not a part of it: \${NAME}, of letters, digits and underscores; ` +
        `a literal \${ is written $\${`;
      problems.push({ place, message });
      return undefined;
    }
    const found = Object.hasOwn(environment, name) ? environment[name] : undefined;
    if (found === undefined || found === "") {
      const state = found === "" ? "empty" : "not set";
      problems.push({ place, message: `the environment variable ${name} is ${state}` });
      return undefined;
    }
    secrets.push(found);
    return found;
  }

  return { value: resolve(value, [], []), problems, secrets };
}

/** Arrays and objects that hold settings; a `Secret`, a clock or a function passes as it is. */
function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
