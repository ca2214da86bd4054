import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Comment, CommentTag, Converter, RendererEvent } from 'typedoc';

const { exports: subpaths } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

const ENGLISH = 'Guides';
const KOREAN = '안내서 (한국어)';

// In reading order; the Korean ones follow in the same order, where there is one.
const guides = [
  'docs/README.md',
  'docs/getting-started.md',
  'docs/outcomes.md',
  'docs/testing.md',
  'docs/refunds.md',
  'docs/notifications.md',
  'docs/production.md',
  'docs/cli.md',
  'docs/migrating.md',
  'docs/faq.md',
  'docs/shop.md',
  'docs/fields.md',
  'CHANGELOG.md',
].filter((path) => existsSync(path));
const koreanGuides = ['README.md', ...guides].map((path) => path.replace(/\.md$/, '.ko.md')).filter((path) => existsSync(path));

/** Groups the guides by language, and shows them by their headings; their addresses stay those of their files. */
function titles(app) {
  const documents = new Map();
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => {
    const heading = document.content
      .map(({ text }) => text)
      .join('')
      .match(/^# +(.+)$/m)[1];
    const korean = koreanGuides.includes(guideOf(document.name));
    // TypeDoc leaves code in headings out of their anchors, GitHub does not.
    document.content.forEach((part, index) => {
      const before = document.content[index - 1]?.text ?? '';
      if (part.kind !== 'code' || !/(^|\n)#{1,6} [^\n]*$/.test(before)) return;
      part.kind = 'text';
      part.text = part.text.replaceAll('`', '');
    });
    documents.set(document, heading.replaceAll('`', ''));
    document.comment = new Comment([], [new CommentTag('@group', [{ kind: 'text', text: korean ? KOREAN : ENGLISH }])]);
  });
  app.renderer.on(RendererEvent.BEGIN, () => {
    for (const [document, title] of documents) document.name = title;
  });
}

function guideOf(name) {
  return [...guides, ...koreanGuides].find((path) => basename(path, '.md') === name);
}

/** The documentation site: the guides, and the reference of every subpath that package.json exports. */
export default {
  plugin: [titles],
  name: 'nestjs-kicc',
  entryPoints: Object.keys(subpaths)
    .filter((subpath) => !subpath.endsWith('.json'))
    .map((subpath) => (subpath === '.' ? 'lib/index.ts' : `lib/${subpath.slice(2)}/index.ts`)),
  tsconfig: 'tsconfig.build.json',
  readme: 'README.md',
  projectDocuments: [...guides, ...koreanGuides],
  groupOrder: [ENGLISH, KOREAN, '*'],
  out: 'build/docs',
  excludePrivate: true,
  excludeExternals: true,
  disableSources: true,
  hideGenerator: true,
  customCss: 'docs/site.css',
  includeVersion: true,
  searchInDocuments: true,
  highlightLanguages: ['ts', 'sh', 'console', 'mermaid'],
  // What a type is computed from need not be exported.
  validation: { notExported: false, invalidLink: true, invalidPath: true, rewrittenLink: true },
  treatWarningsAsErrors: true,
};
