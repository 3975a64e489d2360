/** One word for a POSIX shell, whatever the text holds. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Where files of the user go that a script runs as, also where nobody has set `HOME`. */
const shellHome = `"\${HOME:-/root}"`;

/**
 * Lines of a start script that set variables, for clouds whose create has no field for them: for the rest of the script,
 * and for later logins. They are kept in a file that nobody else can read, because the values may be secrets.
 *
 * @param home Of the user who will log in, as the shell is to read it.
 */
export function exportVariables(env: Readonly<Record<string, string>>, home = shellHome): string {
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${shellQuote(value)}`);
  if (exports.length === 0) return "";
  const use = shellQuote('. "$HOME/.gpuport-env"');
  const profile = `${home}/.profile`;
  return [
    `(umask 077; printf '%s\\n' ${exports.map(shellQuote).join(" ")} > ${home}/.gpuport-env)`,
    `grep -qsxF ${use} ${profile} || printf '%s\\n' '' ${use} >> ${profile}`,
    ...exports,
  ].join("\n");
}

/**
 * Lines of a start script that let ssh keys in, for clouds whose create has no field for them. Each key is added once,
 * because start scripts run again after a stop.
 */
export function authorizeKeys(keys: readonly string[]): string {
  if (keys.length === 0) return "";
  const file = `${shellHome}/.ssh/authorized_keys`;
  return [
    `mkdir -p ${shellHome}/.ssh; touch ${file}; chmod 700 ${shellHome}/.ssh; chmod 600 ${file}`,
    // A last line that nobody ended must not swallow the first key.
    `[ -z "$(tail -c 1 ${file})" ] || echo >> ${file}`,
    ...keys.map((key) => {
      const line = shellQuote(key);
      return `grep -qxF ${line} ${file} || printf '%s\\n' ${line} >> ${file}`;
    }),
  ].join("\n");
}
