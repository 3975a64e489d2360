import { SaxesParser } from "saxes";
import { expect, it } from "vitest";
import { type ConformanceReport, conformanceSection, toJUnit, withSection } from "../src/index.ts";

const nasty = `<two> & "three" 'four' ]]> \u0000\u001b[31m \ud800 ünïcode\nline`;
const report: ConformanceReport = {
  ...{
    provider: "mine",
    adapter: "<acme>",
    tier: "offline",
    startedAt: "2026-01-31T12:00:00.000Z",
    durationMs: 1234,
  },
  counts: { pass: 1, fail: 1, not_applicable: 1, unverified: 1 },
  results: [
    { name: "it works", topic: "launch", outcome: "pass", durationMs: 10 },
    {
      name: nasty,
      topic: "launch",
      outcome: "fail",
      error: { message: nasty, code: "E<1>", stack: nasty },
      durationMs: 4,
    },
    {
      name: "it has volumes",
      topic: "volumes",
      outcome: "not_applicable",
      reason: "it has no `volumes`",
      durationMs: 0,
    },
    {
      name: "it waits",
      topic: "volumes",
      outcome: "unverified",
      reason: "no clock & no <time>",
      durationMs: 0,
    },
  ],
};

interface Element {
  readonly name: string;
  readonly attributes: Record<string, string>;
}

function parsed(xml: string): Element[] {
  const elements: Element[] = [];
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => void elements.push({ name, attributes }));
  parser.write(xml).close();
  return elements;
}

it("writes JUnit that a parser reads, whatever the messages hold", () => {
  const elements = parsed(toJUnit(report));
  const named = (name: string) =>
    elements.filter((element) => element.name === name).map(({ attributes }) => attributes);
  expect(named("testsuites")).toMatchObject([{ tests: "4", failures: "1", skipped: "2", time: "1.234" }]);
  expect(named("testsuite").map(({ name, tests }) => [name, tests])).toEqual([
    ["launch", "2"],
    ["volumes", "2"],
  ]);
  expect(named("testcase").map(({ classname }) => classname)).toEqual([
    ...["<acme>.launch", "<acme>.launch", "<acme>.volumes", "<acme>.volumes"],
  ]);
  const readable = `<two> & "three" 'four' ]]> [31m \ufffd ünïcode\nline`;
  expect(named("failure")).toEqual([{ message: readable, type: "E<1>" }]);
  expect(named("skipped").map(({ message }) => message)).toEqual([
    "not applicable: it has no `volumes`",
    "unverified: no clock & no <time>",
  ]);
});

it("writes the section of a README once, and finds it again", () => {
  const section = conformanceSection(report);
  expect(section).toContain("1 case, because it has no <code>volumes</code>");
  const first = withSection("# Acme\n\nWords.\n", section);
  expect(first.startsWith("# Acme\n\nWords.\n\n<!--")).toBe(true);
  expect(withSection(first, section)).toBe(first);
  const changed = conformanceSection({ results: report.results.slice(0, 1) });
  expect(withSection(first, changed)).toBe(withSection("# Acme\n\nWords.\n", changed));
});
