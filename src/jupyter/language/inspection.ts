import type { CellSource } from './cell-book.js';
import { ts } from './typescript.js';

/** What is known of a name or of the call around a place. */
export interface Inspection {
  /** Its type or signature. */
  signature: string;
  /** Its documentation, in Markdown; empty: none. */
  documentation: string;
}

const plain = (parts?: readonly ts.SymbolDisplayPart[]): string => ts.displayPartsToString([...(parts ?? [])]);

function tagged(tags: readonly ts.JSDocTagInfo[] = []): string {
  return tags.map(({ name, text }) => `*@${name}* ${plain(text)}`.trim()).join('\n\n');
}

const joined = (...parts: string[]): string => parts.filter((part) => part.length > 0).join('\n\n');

/** The name at an offset or just before it, or the call whose brackets are open there; null: nothing to say. */
export function inspect(service: ts.LanguageService, { path, text }: CellSource, at: number): Inspection | null {
  const isWord = (offset: number): boolean => /[\p{ID_Continue}$]/u.test(text[offset] ?? '');
  if (isWord(at) || isWord(at - 1)) {
    const found = service.getQuickInfoAtPosition(path, isWord(at) ? at : at - 1);
    if (found)
      return {
        signature: plain(found.displayParts),
        documentation: joined(plain(found.documentation), tagged(found.tags)),
      };
  }
  const help = service.getSignatureHelpItems(path, at, {});
  if (!help) return null;
  const item = help.items[help.selectedItemIndex];
  const parameters = item.parameters.map(({ displayParts }) => plain(displayParts));
  const about = item.parameters
    .filter(({ documentation }) => documentation.length > 0)
    .map(({ name, documentation }) => `- \`${name}\` ${plain(documentation)}`);
  return {
    signature: `${plain(item.prefixDisplayParts)}${parameters.join(plain(item.separatorDisplayParts))}${plain(item.suffixDisplayParts)}`,
    documentation: joined(
      plain(item.documentation),
      about.join('\n'),
      tagged(item.tags.filter(({ name }) => name !== 'param')),
    ),
  };
}
