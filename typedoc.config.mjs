import { readdirSync, readFileSync } from 'node:fs';
import { Converter, ReflectionKind, RendererEvent } from 'typedoc';

const { exports: subpaths } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

const ENGLISH = 'Guides';
const KOREAN = '안내서 (한국어)';

// The reading order; a guide that is not named comes after these.
const ORDER = [
  'README',
  'getting-started',
  'methods',
  'options',
  'errors',
  'malls',
  'outcomes',
  'testing',
  'refunds',
  'notifications',
  'production',
  'journals',
  'scaling',
  'observability',
  'cli',
  'migrating',
  'faq',
  'shop',
  'architecture',
  'fields',
  'compatibility',
  'campaign',
  'benchmarks',
];
const inOrder = readdirSync(new URL('docs', import.meta.url))
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name, place: ORDER.indexOf(name.split('.')[0]) }))
  .sort((a, b) => (a.place < 0 ? ORDER.length : a.place) - (b.place < 0 ? ORDER.length : b.place))
  .map(({ name }) => `docs/${name}`);
const guides = [...inOrder.filter((path) => !path.endsWith('.ko.md')), 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'];
const koreanGuides = ['README.ko.md', ...inOrder.filter((path) => path.endsWith('.ko.md'))];

/** Groups the guides by language; shows them by their headings, and modules by what is imported. Addresses stay those of the files. */
function titles(app) {
  const documents = new Map();
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => {
    const heading = document.content
      .map(({ text }) => text)
      .join('')
      .match(/^# +(.+)$/m)[1];
    const korean = koreanGuides.includes(`${document.name}.md`);
    // TypeDoc leaves code in headings out of their anchors, GitHub does not.
    document.content.forEach((part, index) => {
      const before = document.content[index - 1]?.text ?? '';
      if (part.kind !== 'code' || !/(^|\n)#{1,6} [^\n]*$/.test(before)) return;
      part.kind = 'text';
      part.text = part.text.replaceAll('`', '');
    });
    documents.set(document, document.name === 'README.ko' ? `${heading} (한국어)` : heading.replaceAll('`', ''));
    document.frontmatter.group = korean ? KOREAN : ENGLISH;
  });
  app.renderer.on(RendererEvent.BEGIN, ({ project }) => {
    for (const [document, title] of documents) document.name = title;
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
      module.name = module.name === 'index' ? project.name : `${project.name}/${module.name}`;
    }
  });
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
  navigation: { includeGroups: true },
  excludePrivate: true,
  excludeExternals: true,
  disableSources: true,
  hideGenerator: true,
  customCss: 'docs/site.css',
  includeVersion: true,
  searchInDocuments: true,
  highlightLanguages: ['ts', 'sh', 'console', 'csv', 'json', 'sql', 'mermaid'],
  // What a type is computed from need not be exported.
  validation: { notExported: false, invalidLink: true, invalidPath: true, rewrittenLink: true },
  treatWarningsAsErrors: true,
};
