/** A cloud's name in every form in which code writes it. */
export interface Words {
  /** Of the package: `gpuport-tensor-barn`. */
  readonly packageName: string;
  /** What configuration calls the adapter: `tensor-barn`. */
  readonly id: string;
  /** `tensorBarn`. */
  readonly camel: string;
  /** `TensorBarn`. */
  readonly pascal: string;
  /** `TENSOR_BARN`. */
  readonly constant: string;
  /** `Tensor Barn`. */
  readonly title: string;
}

/** What the template is called. */
export const templateWords: Words = wordsOf("gpuport-my-cloud");

/**
 * From the cloud's name, `tensor-barn`, which makes the package `gpuport-tensor-barn`; or from the package's whole name,
 * `@acme/gpuport-tensor-barn`.
 */
export function wordsOf(name: string): Words {
  const [, scope = "", last = name] = /^(@[^/]*\/)?(.*)$/.exec(name) ?? [];
  const id = last.replace(/^gpuport-/, "");
  const parts = id.split("-");
  const capitals = parts.map((part) => part.charAt(0).toUpperCase() + part.slice(1));
  return {
    packageName: scope === "" ? `gpuport-${id}` : name,
    id,
    camel: parts[0] + capitals.slice(1).join(""),
    pascal: capitals.join(""),
    constant: parts.join("_").toUpperCase(),
    title: capitals.join(" "),
  };
}

/** What is written in place of each of the template's words. */
export function replacements(from: Words, to: Words): ReadonlyMap<string, string> {
  const forms = ["packageName", "id", "camel", "pascal", "constant", "title"] as const;
  return new Map(forms.map((form) => [from[form], to[form]]));
}

/** Replaces in one pass, so that nothing that was written is replaced again: names and addresses may hold each other. */
export function replaced(text: string, by: ReadonlyMap<string, string>): string {
  const longestFirst = [...by.keys()].sort((one, other) => other.length - one.length);
  const any = new RegExp(longestFirst.map((word) => word.replaceAll(".", "\\.")).join("|"), "g");
  return text.replace(any, (word) => by.get(word) ?? word);
}
