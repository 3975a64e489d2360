import type { Random } from "../kit/types.ts";
import type { Contract } from "./world.ts";

/** Numbers from here on ask for the same number outside as inside. */
const identityFrom = 70_000;

/** The `-p` flags among the environment, as `[port inside, protocol]`. */
export function wantedPorts(
  env: readonly (readonly [string, string])[],
): readonly (readonly [number, string])[] {
  return env.flatMap(([name]) => {
    const match = /^-p\s+(?:\d+:)?(\d+)(?:\/(tcp|udp))?$/.exec(name.trim());
    return match?.[1] === undefined ? [] : [[Number(match[1]), match[2] ?? "tcp"] as const];
  });
}

export function hasSsh(runtype: string): boolean {
  return runtype.includes("ssh") || runtype.includes("jupyter");
}

function isDirect(runtype: string): boolean {
  return runtype.includes("direc");
}

/** Maps the ports a running container has; undefined when there are none. */
export function mapPorts(contract: Contract, random: Random): Contract["ports"] {
  const wanted = new Map(wantedPorts(contract.env).map(([port, protocol]) => [`${port}/${protocol}`, port]));
  if (hasSsh(contract.runtype) && isDirect(contract.runtype)) wanted.set("22/tcp", 22);
  if (isDirect(contract.runtype) && contract.runtype.includes("jupyter")) wanted.set("8080/tcp", 8080);
  if (wanted.size === 0 || contract.machine.directPorts <= 1) return undefined;
  const first = random.integer(20_000, 60_000);
  const ports: NonNullable<Contract["ports"]> = {};
  let index = 0;
  for (const [key, port] of wanted) {
    const outside = String(port >= identityFrom ? port - identityFrom + first : first + index);
    index += 1;
    ports[port >= identityFrom ? `${outside}/${key.split("/")[1] ?? "tcp"}` : key] = [
      { HostIp: "0.0.0.0", HostPort: outside },
      { HostIp: "::", HostPort: outside },
    ];
  }
  return ports;
}
