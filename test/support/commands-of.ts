import { readFileSync } from 'node:fs';

/** The shell's lines in a section of a page, one text for each block; those in a list are indented. */
export function commandsOf(page: string, heading: string): string[] {
  const text = readFileSync(page, 'utf8');
  const section = text.split(new RegExp(`^#+ ${heading}$`, 'm'))[1]?.split(/^#+ /m)[0] ?? '';
  return [...section.matchAll(/^( *)```sh\n([\s\S]*?)^\1```$/gm)].map(([, indent = '', lines = '']) =>
    lines.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
}
