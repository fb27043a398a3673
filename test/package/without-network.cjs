/**
 * Loaded before node-red-dev: answers from what is installed here in place of the network. The catalogue of other people's
 * nodes is taken as empty, and the newest version of a package is the one that is installed.
 */
'use strict';
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');
const { URL } = require('node:url');

const root = join(__dirname, '../..');
const dev = createRequire(join(root, 'node_modules/node-red-dev/package.json'));

function installed(name, from = root) {
  for (let folder = from; ; folder = dirname(folder)) {
    try {
      return JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'));
    } catch (error) {
      if (folder === dirname(folder)) throw error;
    }
  }
}

const nodeRed = installed('node-red');
/** By the path of the address: the catalogue's and the registry's hosts are not this file's business. */
const ANSWERS = {
  '/catalogue.json': { modules: [] },
  '/node-red': {
    'dist-tags': { latest: nodeRed.version },
    versions: { [nodeRed.version]: nodeRed },
  },
};

dev('axios').get = async (url) => {
  const { pathname } = new URL(url);
  if (!(pathname in ANSWERS)) throw new Error(`No answer prepared for ${url}`);
  return { data: ANSWERS[pathname] };
};

/** Every package below `name`, as NAME@VERSION. */
function tree(name, seen = new Set()) {
  const { version, dependencies = {} } = installed(name);
  const id = `${name}@${version}`;
  if (seen.has(id)) return seen;
  seen.add(id);
  for (const below of Object.keys(dependencies)) tree(below, seen);
  return seen;
}

dev('npm-remote-ls').ls = (name, _version, _flatten, callback) => callback([...tree(name)]);

const latest = createRequire(dev.resolve('npm-check')).resolve('./in/get-latest-from-registry');
require.cache[latest] = {
  id: latest,
  filename: latest,
  loaded: true,
  exports: async (name) => {
    const { version } = installed(name);
    return { latest: version, next: version, versions: [version] };
  },
};
