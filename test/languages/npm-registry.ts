import type { IncomingMessage, ServerResponse } from 'http';
import { LoopbackServer } from '../loopback-server';

/** The document of a package, as `npm publish` sends it and `npm install` requests it. */
interface PackageDocument {
  readonly 'versions': Record<string, object>;
  readonly 'dist-tags': Record<string, string>;
  readonly '_attachments': Record<string, { readonly data: string }>;
}

/** A local npm registry. It redirects requests for packages that are not published there to the registry that npm uses otherwise. */
export class NpmRegistry extends LoopbackServer {
  private readonly packages = new Map<string, PackageDocument>();

  public constructor(private readonly upstream: string) {
    super();
  }

  protected respond({ method, url }: IncomingMessage, body: string, response: ServerResponse): void {
    const [name, , file] = decodeURIComponent(url!.slice(1)).split('/');
    if (method === 'PUT') return this.publish(name, JSON.parse(body) as PackageDocument, response);

    const document = this.packages.get(name);
    if (!document) return void response.writeHead(302, { Location: new URL(url!.slice(1), this.upstream).href }).end();
    if (file) return void response.end(Buffer.from(document._attachments[file].data, 'base64'));
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ ...document, _attachments: undefined }));
  }

  private publish(name: string, document: PackageDocument, response: ServerResponse): void {
    const published = this.packages.get(name);
    const [version] = Object.keys(document.versions);
    if (published?.versions[version]) return void response.writeHead(409).end(`${name}@${version} is published`);

    this.packages.set(name, {
      ...document,
      'versions': { ...published?.versions, ...document.versions },
      'dist-tags': { ...published?.['dist-tags'], ...document['dist-tags'] },
      '_attachments': { ...published?._attachments, ...document._attachments },
    });
    response.writeHead(201, { 'Content-Type': 'application/json' }).end('{}');
  }
}
