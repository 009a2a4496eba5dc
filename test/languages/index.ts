import { csharp } from './csharp';
import { go } from './go';
import { java } from './java';
import type { Language } from './language';
import { python } from './python';
import { typescript } from './typescript';

export const LANGUAGES: readonly Language[] = [typescript, python, java, csharp, go];
