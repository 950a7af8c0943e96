import { realpathSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { DocumentError } from '../../openapi/read/document-error.js';
import type { ReadDocumentFile } from '../../openapi/read/document-files.js';
import type { ReadFile } from '../syntax/includes.js';
import { fileError } from '../types/datatypes.js';

/** A document to read. */
export interface DocumentRequest {
  /** Absolute. */
  readonly path: string;
  /** Reads the document and the files that it refers to. @throws DocumentError */
  readonly readFile: ReadDocumentFile;
}

/**
 * Reads the files of one document. It refuses files that are not below the folder of the document,
 * so that a document from elsewhere cannot have a file of the machine read.
 */
export function createDocumentReader(document: string, readFile: ReadFile): ReadDocumentFile {
  const folder = dirname(document);
  const realFolder = realPath(folder);
  return (path) => {
    if (path !== document && !(isBelow(path, folder) && isBelow(realPath(path), realFolder))) {
      throw new DocumentError('the file is not in the folder of the document, and is not read');
    }
    try {
      return readFile(path);
    } catch (error) {
      throw new DocumentError(fileError(error));
    }
  };
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

/** Follows symbolic links. A file that does not exist cannot be a link. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
