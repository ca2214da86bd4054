// Checks the built site: every internal link leads to a page and an element there, and no page needs another host.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const site = resolve('build/docs');
const pages = readdirSync(site, { recursive: true })
  .filter((name) => name.endsWith('.html'))
  .map((name) => join(site, name));
const textOf = (html) => html.replaceAll('&amp;', '&').replaceAll('&#39;', "'").replaceAll('&quot;', '"');
const anchorsOf = new Map(
  pages.map((page) => [
    page,
    new Set([...readFileSync(page, 'utf8').matchAll(/\s(?:id|name)="([^"]*)"/g)].map(([, id]) => textOf(id))),
  ]),
);

const problems = [];
let checked = 0;
for (const page of pages) {
  const html = readFileSync(page, 'utf8');
  for (const [, tag, attribute, value] of html.matchAll(/<(\w+)\b[^>]*?\s(href|src)="([^"]*)"/g)) {
    const link = textOf(value);
    const report = (what) => problems.push(`${relative(site, page)}: ${link}: ${what}`);
    if (/^(?:https?:)?\/\//.test(link)) {
      // A link that a reader may follow is no host that the page needs.
      if (tag !== 'a' || attribute !== 'href') report('is loaded from another host');
      continue;
    }
    if (/^(?:data|mailto|javascript):/.test(link)) continue;
    checked++;
    const [path, anchor] = link.split('#').map(decodeURIComponent);
    let target = path === '' ? page : resolve(dirname(page), path);
    if (existsSync(target) && statSync(target).isDirectory()) target = join(target, 'index.html');
    if (!existsSync(target)) report('there is no such file');
    else if (anchor && anchorsOf.has(target) && !anchorsOf.get(target).has(anchor)) report('there is no such anchor');
  }
}
if (pages.length === 0) problems.push('build/docs has no pages');
for (const problem of problems) console.error(problem);
console.log(`${pages.length} pages, ${checked} internal links, ${problems.length} broken`);
process.exitCode = problems.length === 0 ? 0 : 1;
