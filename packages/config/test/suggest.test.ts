import { describe, expect, it } from "vitest";
import { editDistance, nearest } from "../src/suggest.ts";

describe("nearest", () => {
  it.each([
    ["apikey", "apiKey"],
    ["api_key", "apiKey"],
    ["apiKye", "apiKey"],
    ["baseURL", "baseUrl"],
    ["imges", "images"],
    ["vsat", "vast"],
    ["hpcai", "hpc-ai"],
    ["deafults", "defaults"],
  ])("takes %s for %s", (word, meant) => {
    expect(nearest(word, ["apiKey", "baseUrl", "images", "vast", "pody", "hpc-ai", "defaults"])).toBe(meant);
  });

  it.each(["region", "x", "", "aws"])("says nothing about %o", (word) => {
    expect(nearest(word, ["vast", "glows", "pody", "hpc-ai"])).toBeUndefined();
  });
});

describe("editDistance", () => {
  it.each([
    ["", "abc", 3],
    ["abc", "abc", 0],
    ["abc", "acb", 1],
    ["abcd", "bacd", 1],
    ["kitten", "sitting", 3],
    ["ca", "abc", 3],
  ])("from %o to %o is %i, both ways", (from, to, distance) => {
    expect([editDistance(from, to), editDistance(to, from)]).toEqual([distance, distance]);
  });
});
