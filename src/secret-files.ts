import { readFileSync } from 'node:fs';

type Variables = Readonly<Record<string, string>>;

/**
 * Secrets may be files, as orchestrators mount them: `ENCRYPTION_KEY_FILE` names the one that holds `ENCRYPTION_KEY`.
 * What ends the file's last line is no part of it.
 * @returns the environment with what the files hold, and one line for each that is wrong
 */
export function readSecretFiles(
  given: Variables,
  secrets: readonly string[],
): { given: Variables; problems: string[] } {
  const read: Record<string, string> = { ...given };
  const problems: string[] = [];
  for (const variable of secrets) {
    const file = given[`${variable}_FILE`];
    if (file === undefined) continue;
    if (given[variable] !== undefined) problems.push(`${variable}_FILE and ${variable} are both set: keep one of them`);
    else {
      try {
        read[variable] = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
        if (read[variable] === '') problems.push(`${variable}_FILE is empty: ${file}`);
      } catch (error) {
        problems.push(`${variable}_FILE cannot be read: ${file} (${(error as NodeJS.ErrnoException).code})`);
      }
    }
  }
  return { given: read, problems };
}
