import type { LaunchRequest } from "./model/index.ts";
import { exportVariables } from "./shell.ts";

const folder = "/var/lib/gpuport";

/** What a virtual machine is to do at its start, and who logs in there. */
export interface CloudInit extends Pick<LaunchRequest, "env" | "startup" | "command"> {
  /** The user of the image. */
  readonly user: string;
  /** Keys to let in, besides those that the cloud itself puts there. */
  readonly sshPublicKeys?: readonly string[] | undefined;
}

/**
 * User data for cloud-init, for clouds of virtual machines whose create has no fields for these: lets in keys, sets
 * variables, and runs `startup`, then `command`, as root. JSON is YAML, and contents travel as base64, so nothing that
 * anybody writes can be read as something else. The files are root's alone. `undefined` when there is nothing to do.
 *
 * @see https://docs.cloud-init.io/en/latest/reference/modules.html
 */
export function cloudConfig({ user, sshPublicKeys = [], env = {}, startup, command }: CloudInit) {
  const variables = exportVariables(env, `/home/${user}`);
  const script = startup && (startup.startsWith("#!") ? startup : `#!/bin/bash\n${startup}`);
  const owned = variables && `chown ${user}: /home/${user}/.gpuport-env`;
  const steps = [variables, owned, script && `${folder}/startup`, command].filter((step) => step);
  if (steps.length === 0 && sshPublicKeys.length === 0) return undefined;
  const files = [
    toFile("run", `#!/bin/bash\n${steps.join("\n")}\n`),
    ...(script ? [toFile("startup", script)] : []),
  ];
  const config = {
    ...(sshPublicKeys.length > 0 && { ssh_authorized_keys: sshPublicKeys }),
    ...(steps.length > 0 && { write_files: files, runcmd: [[`${folder}/run`]] }),
  };
  return `#cloud-config\n${JSON.stringify(config)}\n`;
}

function toFile(name: string, content: string) {
  const letters = Array.from(new TextEncoder().encode(content), (byte) => String.fromCharCode(byte));
  const encoded = { encoding: "b64", content: btoa(letters.join("")) };
  return { path: `${folder}/${name}`, permissions: "0700", owner: "root:root", ...encoded };
}
