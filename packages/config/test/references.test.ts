// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references, not templates
import { Secret } from "@gpuport/core";
import { describe, expect, it } from "vitest";
import { resolveReferences } from "../src/references.ts";

const env = { KEY: "value of KEY", _2: "two", EMPTY: "" };

describe("a reference", () => {
  it("is replaced wherever it is a whole value, and nothing else is touched", () => {
    const secret = new Secret("s");
    const given = { a: "${KEY}", b: ["${_2}", 3, null], c: { d: { e: "${KEY}" } }, f: "$KEY {KEY}", secret };
    expect(resolveReferences(given, env)).toEqual({
      value: {
        a: "value of KEY",
        b: ["two", 3, null],
        c: { d: { e: "value of KEY" } },
        f: "$KEY {KEY}",
        secret,
      },
      problems: [],
      secrets: ["value of KEY", "two", "value of KEY"],
    });
  });

  it("is not looked for in the value of a variable", () => {
    expect(resolveReferences("${A}", { A: "${B}" })).toMatchObject({ value: "${B}", problems: [] });
  });

  it("is written $${NAME} when it is meant literally", () => {
    const { value, problems } = resolveReferences("echo $${HOME} $$ $${PATH:-x}", env);
    expect({ value, problems }).toEqual({ value: "echo ${HOME} $$ ${PATH:-x}", problems: [] });
  });

  it.each([
    ["Bearer ${KEY}"],
    ["${KEY}${KEY}"],
    ["${KEY} "],
    ["${}"],
    ["${KEY:-default}"],
    ["${1KEY}"],
    ["${KEY"],
  ])("cannot be a part: %s", (text) => {
    const { problems } = resolveReferences({ list: [text] }, env);
    expect(problems).toEqual([
      { place: ["list", 0], message: expect.stringContaining("the whole value and not a part of it") },
    ]);
  });

  it.each([
    ["NONE", "the environment variable NONE is not set"],
    ["EMPTY", "the environment variable EMPTY is empty"],
    ["toString", "the environment variable toString is not set"],
  ])("to %s is a problem with its place", (name, message) => {
    const { value, problems } = resolveReferences({ a: { b: [`\${${name}}`] } }, env);
    expect(problems).toEqual([{ place: ["a", "b", 0], message }]);
    expect(value).toEqual({ a: { b: [undefined] } });
  });

  it("is found in an object that is in two places, and a circle is a problem", () => {
    const shared = { key: "${KEY}" };
    expect(resolveReferences({ a: shared, b: shared }, env).problems).toEqual([]);
    const circle: Record<string, unknown> = {};
    circle["self"] = { circle };
    expect(resolveReferences(circle, env).problems).toEqual([
      { place: ["self", "circle"], message: "contains itself" },
    ]);
  });

  it("leaves a key called __proto__ a key", () => {
    const { value } = resolveReferences(JSON.parse('{ "__proto__": { "a": "${KEY}" } }'), env);
    expect(Object.entries(value as object)).toEqual([["__proto__", { a: "value of KEY" }]]);
  });
});
