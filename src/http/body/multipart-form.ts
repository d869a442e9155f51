import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { fieldErrorsAt, invalidFields, invalidRequest } from '../field-errors.js';
import type { FormEntry } from './form-fields.js';

const PIECE_BYTES = 4096;

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
    const form = { isRefused: false };
    const refuse = (error: Error): void => {
      form.isRefused = true;
      reject(error);
    };
    const parser = parserOf(contentType, { fields, fieldSize: textBytes, parts: fields });
    parser.on('file', (name, file) => {
      file.resume();
      refuse(invalidFields(fieldErrorsAt(name ? [name] : [], 'is a file: only text is taken here')));
    });
    parser.on('field', (name: string | undefined, text: string, _isNameCut, isCut) => {
      if (!name) refuse(invalidRequest('the form has a part without a name'));
      else if (isCut) refuse(invalidFields(fieldErrorsAt([name], `must have at most ${textBytes} bytes`)));
      else entries.push([name, text]);
    });
    for (const limit of ['fieldsLimit', 'partsLimit'])
      parser.on(limit, () => refuse(invalidRequest(`the form has more than ${fields} fields`)));
    parser.on('error', (error) => refuse(refusalOf(error)));
    parser.on('finish', () => {
      // The parser decodes bytes that are not UTF-8 to this character.
      if (entries.flat().some((text) => text.includes('\uFFFD'))) reject(invalidRequest('the form is not UTF-8'));
      else resolve(entries);
    });
    // Piece by piece: what is wrong with one part ends it, and the rest costs nothing.
    for (let start = 0; start < bytes.length && !form.isRefused; start += PIECE_BYTES)
      parser.write(bytes.subarray(start, start + PIECE_BYTES));
    if (!form.isRefused) parser.end();
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
