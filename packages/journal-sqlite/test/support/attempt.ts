// Writes records into a journal until one is refused, and says how far it came.
import { isComputeError } from "@gpuport/core";
import { sqliteJournal } from "../../src/index.ts";
import { launch } from "./launch.ts";

const [path = "", account] = process.argv.slice(2);
// The modules are loaded; from here on it is somebody who may read and no more.
if (account === "stranger" && process.getuid?.() === 0) {
  process.setgid?.(65_534);
  process.setuid?.(65_534);
}

const journal = sqliteJournal({ path });
let written = 0;
try {
  for (; written < 5_000; written += 1) {
    const hold = await journal.hold("northwind", `launch ${written}`, new AbortController().signal);
    await hold.write(launch({ key: `launch ${written}` }));
    await hold.release();
  }
  console.log(JSON.stringify({ written }));
} catch (error) {
  if (!isComputeError(error)) throw error;
  console.log(JSON.stringify({ written, code: error.code, message: error.message }));
}
