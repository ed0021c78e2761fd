import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pythonForTests } from '@taskwire/test-harness';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describe('the wheel of the Python client', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'taskwire-wheel-'));
  const environment = path.join(folder, 'environment');
  const python = path.join(environment, 'bin', 'python');

  function run(program: string, ...programArguments: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync(program, programArguments, {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout + stderr);
    return stdout.trim();
  }

  before(() => {
    run(process.execPath, path.join(ROOT, 'scripts/build-python.ts'), folder);
    // redis-py and Celery come from the system, as nothing may be fetched. To unpack a pure wheel is to install it.
    run(pythonForTests(), '-m', 'venv', '--without-pip', '--system-site-packages', environment);
    const [wheel, ...others] = globSync('*.whl', { cwd: folder });
    assert.deepEqual(others, []);
    const packages = run(python, '-c', 'import sysconfig; print(sysconfig.get_path("purelib"))');
    run(python, '-m', 'zipfile', '-e', path.join(folder, wheel ?? ''), packages);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('holds every file that the code reads beside itself, and no test', () => {
    const source = path.join(ROOT, 'clients/python/src');
    const sources = globSync('**/*', { cwd: source })
      .filter((file) => statSync(path.join(source, file)).isFile() && !/__pycache__|egg-info/.test(file))
      .sort();
    const packages = run(python, '-c', 'import sysconfig; print(sysconfig.get_path("purelib"))');
    const installed = globSync('taskwire/**/*', { cwd: packages })
      .filter((file) => statSync(path.join(packages, file)).isFile() && !file.includes('__pycache__'))
      .sort();
    assert.deepEqual(installed, sources);
    for (const kind of ['.lua', '.sql', '.json', 'py.typed'])
      assert.ok(installed.some((file) => file.endsWith(kind)));
  });

  it('works in an environment of its own, with Celery and without', () => {
    const code = `
import sys, taskwire
notifier = taskwire.TaskStatusNotifier(redis_url="redis://127.0.0.1:9", worker_container="w", outbox_path="outbox.sqlite")
notifier.start()
assert notifier.publish("a", "RUNNING").durable
notifier.stop(0)
assert "celery" not in sys.modules
from celery import Celery
import taskwire.celery
taskwire.celery.install(Celery("tasks"))
print(taskwire.__file__)
`;
    assert.ok(run(python, '-c', code).startsWith(environment));
  });

  it('has the version of the code, and needs redis-py only', () => {
    const code = `
import taskwire
from importlib.metadata import metadata
about = metadata("taskwire")
print(about["Version"] == taskwire.__version__, about["Requires-Python"], about.get_all("Requires-Dist"))
`;
    assert.match(
      run(python, '-c', code),
      /^True >=3\.9 \['redis[^']*', ['"]celery[^']*extra == ['"]celery['"]['"]\]$/,
    );
  });
});
