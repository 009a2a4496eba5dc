import { existsSync, readFileSync } from 'fs';
import { dirname, join, relative, resolve } from 'path';

const ROOT = resolve(__dirname, '..');
const REPOSITORY = 'https://github.com/cdk-connect/cdk-connect-data-streaming';
const RAW_FILES = 'https://raw.githubusercontent.com/cdk-connect/cdk-connect-data-streaming/main/';

/** A page of the documentation, rendered to HTML. */
export interface Page {
  readonly html: string;
  /** The Markdown file, relative to the repository. */
  readonly file: string;
  /** Whether the page is also displayed outside of the repository, where relative links do not work. */
  readonly absoluteLinksOnly?: boolean;
}

/** Renders a Markdown file as GitHub does, with anchors for headings. */
export async function render(file: string): Promise<string> {
  const { Marked } = await import('marked');
  const { gfmHeadingId } = await import('marked-gfm-heading-id');
  return new Marked(gfmHeadingId()).parse(readFileSync(join(ROOT, file), 'utf8'), { async: true });
}

/** Validates the links and pictures of a page. Returns the problems. URLs outside of the repository are not requested. */
export async function validateLinks(page: Page): Promise<string[]> {
  const problems: string[] = [];
  for (const [, url] of page.html.matchAll(/<a\s[^>]*?\bhref="([^"]*)"/g)) {
    problems.push(...await validateLink(page, url));
  }
  for (const [, url] of page.html.matchAll(/<img\s[^>]*?\bsrc="([^"]*)"/g)) {
    problems.push(...validatePicture(page, url));
  }
  return problems.map((problem) => `${page.file}: ${problem}`);
}

async function validateLink(page: Page, url: string): Promise<string[]> {
  const [target, anchor] = url.split('#', 2);
  if (target === '') return anchorsOf(page.html).has(anchor) ? [] : [`#${anchor} is not a heading of the page`];

  const path = target.startsWith(`${REPOSITORY}/`) ? /^\/(?:blob|tree)\/main\/(.*)$/.exec(target.slice(REPOSITORY.length))?.[1] : undefined;
  if (path !== undefined) return validateFile(path, anchor);
  if (/^(https:|mailto:)/.test(target)) return [];
  if (page.absoluteLinksOnly) return [`the link ${url} must be absolute`];
  return validateFile(relative(ROOT, resolve(ROOT, dirname(page.file), target)), anchor);
}

async function validateFile(path: string, anchor?: string): Promise<string[]> {
  if (!existsSync(join(ROOT, path))) return [`${path} does not exist`];
  if (anchor === undefined || !path.endsWith('.md')) return [];
  return anchorsOf(await render(path)).has(anchor) ? [] : [`#${anchor} is not a heading of ${path}`];
}

function validatePicture(page: Page, url: string): string[] {
  if (url.startsWith(RAW_FILES)) {
    const path = url.slice(RAW_FILES.length);
    return existsSync(join(ROOT, path)) ? [] : [`the picture ${path} does not exist`];
  }
  if (page.absoluteLinksOnly) return [`the picture ${url} must be at ${RAW_FILES}`];
  return url.startsWith('https:') || existsSync(resolve(ROOT, dirname(page.file), url)) ? [] : [`the picture ${url} does not exist`];
}

function anchorsOf(html: string): Set<string> {
  return new Set([...html.matchAll(/\s(?:id|name)="([^"]*)"/g)].map(([, id]) => id));
}
