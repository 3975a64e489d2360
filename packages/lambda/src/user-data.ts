import { exportVariables, type LaunchRequest } from "@gpuport/core";
import { user } from "./tables.ts";

const folder = "/var/lib/gpuport";

/**
 * What cloud-init is to do, for all that a launch has no fields for: let in the keys that it does not name, set
 * variables, and run `startup`, then `command`, as root. JSON is YAML, and contents travel as base64, so nothing that
 * anybody writes can be read as something else. The files are root's alone.
 *
 * @param keys Those that the launch itself does not name.
 * @see https://docs.cloud-init.io/en/latest/reference/modules.html
 */
export function toUserData(
  { env = {}, startup, command }: Pick<LaunchRequest, "env" | "startup" | "command">,
  keys: readonly string[],
): string | undefined {
  const variables = exportVariables(env, `/home/${user}`);
  const script = startup && (startup.startsWith("#!") ? startup : `#!/bin/bash\n${startup}`);
  const steps = [
    variables,
    variables && `chown ${user}: /home/${user}/.gpuport-env`,
    script && `${folder}/startup`,
    command,
  ].filter((step) => step);
  if (steps.length === 0 && keys.length === 0) return undefined;
  const run = `#!/bin/bash\n${steps.join("\n")}\n`;
  const config = {
    ...(keys.length > 0 && { ssh_authorized_keys: keys }),
    ...(steps.length > 0 && {
      write_files: [toFile("run", run), ...(script ? [toFile("startup", script)] : [])],
      runcmd: [[`${folder}/run`]],
    }),
  };
  return `#cloud-config\n${JSON.stringify(config)}\n`;
}

function toFile(name: string, content: string) {
  const letters = Array.from(new TextEncoder().encode(content), (byte) => String.fromCharCode(byte));
  const encoded = btoa(letters.join(""));
  return {
    path: `${folder}/${name}`,
    permissions: "0700",
    owner: "root:root",
    encoding: "b64",
    content: encoded,
  };
}
