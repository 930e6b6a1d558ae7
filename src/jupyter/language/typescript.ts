// The one file that imports the compiler: TypeScript 6 is the last with a language service in JavaScript, which a kernel drives in process.
import ts from 'typescript6';

export { ts };
