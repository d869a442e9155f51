import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { fieldErrorsAt, invalidFields, invalidRequest } from '../field-errors.js';
import type { FormEntry } from './form-fields.js';

interface MultipartLimits {
  /** More are refused. */
  fields: number;
  /** Of one text. */
  textBytes: number;
}

/**
 * The texts of a multipart form, in order, under the names that they were sent with: what a name means is said once, for
 * both kinds of forms (`formToBody`). multer would take `a[4294967294]` for a place in a list, and make the list.
 * @throws DomainError `validation` for files, for broken forms and for those beyond their limits
 */
export function parseMultipart(
  bytes: Buffer,
  contentType: string,
  { fields, textBytes }: MultipartLimits,
): Promise<FormEntry[]> {
  return new Promise((resolve, reject) => {
    const entries: FormEntry[] = [];
    const parser = parserOf(contentType, { fields: fields + 1, fieldSize: textBytes, parts: fields + 1 });
    // What is wrong with one part ends the promise; the parser is left to run through the rest, which is at hand.
    parser.on('file', (name, file) => {
      file.resume();
      reject(invalidFields(fieldErrorsAt(name ? [name] : [], 'is a file: only text is taken here')));
    });
    parser.on('field', (name: string | undefined, text: string, _isNameCut, isCut) => {
      if (!name) reject(invalidRequest('the form has a part without a name'));
      else if (isCut) reject(invalidFields(fieldErrorsAt([name], `must have at most ${textBytes} bytes`)));
      else entries.push([name, text]);
    });
    parser.on('error', (error) => reject(refusalOf(error)));
    parser.on('finish', () => {
      if (entries.length > fields) reject(invalidRequest(`the form has more than ${fields} fields`));
      // The parser decodes bytes that are not UTF-8 to this character.
      else if (entries.flat().some((text) => text.includes('\uFFFD'))) reject(invalidRequest('the form is not UTF-8'));
      else resolve(entries);
    });
    parser.end(bytes);
  });
}

function parserOf(contentType: string, limits: { fields: number; fieldSize: number; parts: number }): BusboyInstance {
  try {
    return new Busboy({ headers: { 'content-type': contentType }, limits });
  } catch (error) {
    throw refusalOf(error);
  }
}

function refusalOf(error: unknown): Error {
  return invalidRequest(`the form cannot be read: ${error instanceof Error ? error.message : String(error)}`);
}
