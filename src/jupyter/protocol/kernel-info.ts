import { packageVersion } from '../../experiment/versions.js';
import { ts } from '../language/typescript.js';
import { PROTOCOL_VERSION } from './wire.js';

/** What front ends and saved notebooks know of the language. */
export const LANGUAGE_INFO: Record<string, unknown> = {
  name: 'typescript',
  version: ts.version,
  mimetype: 'text/x.typescript',
  file_extension: '.ts',
  pygments_lexer: 'typescript',
  codemirror_mode: { mode: 'typescript', name: 'javascript', typescript: true },
  nbconvert_exporter: 'script',
};

/** Answer to `kernel_info_request`. */
export function kernelInfo(): Record<string, unknown> {
  return {
    status: 'ok',
    protocol_version: PROTOCOL_VERSION,
    implementation: 'softpatch-lab',
    implementation_version: packageVersion(),
    language_info: LANGUAGE_INFO,
    banner: `SoftPatch Lab ${packageVersion()}: TypeScript ${ts.version} on Node ${process.versions.node}`,
    help_links: [{ text: 'TypeScript', url: 'https://www.typescriptlang.org/docs/' }],
  };
}
