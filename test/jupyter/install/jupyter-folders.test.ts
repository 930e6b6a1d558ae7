import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { prefixDataFolder, userDataFolder } from '../../../src/jupyter/install/jupyter-folders.js';

test('userDataFolder(environment, platform, home) is where jupyter --data-dir points', () => {
  assert.equal(userDataFolder({}, 'linux', '/home/a'), join('/home/a', '.local/share/jupyter'));
  assert.equal(userDataFolder({ XDG_DATA_HOME: '/x' }, 'linux', '/home/a'), join('/x', 'jupyter'));
  assert.equal(userDataFolder({}, 'darwin', '/Users/a'), join('/Users/a', 'Library/Jupyter'));
  assert.equal(userDataFolder({ APPDATA: '/r' }, 'win32', '/u'), join('/r', 'jupyter'));
  assert.equal(userDataFolder({ JUPYTER_DATA_DIR: '/own' }, 'darwin', '/Users/a'), '/own');
  assert.equal(prefixDataFolder('/venv'), join('/venv', 'share/jupyter'));
});
