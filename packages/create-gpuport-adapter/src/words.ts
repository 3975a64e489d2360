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

/** Puts one cloud's words in place of another's. None of the forms is part of another but the package's name. */
export function reworded(text: string, from: Words, to: Words): string {
  const forms = ["packageName", "id", "camel", "pascal", "constant", "title"] as const;
  return forms.reduce((result, form) => result.replaceAll(from[form], to[form]), text);
}
