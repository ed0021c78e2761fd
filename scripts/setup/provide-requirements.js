import { existsSync } from 'node:fs';
import { installDebianPackages } from './install-debian-packages.js';
import { say } from './say.js';
import { SetupError } from './setup-error.js';

/** @typedef {import('./requirements.js').Requirement} Requirement */

/**
 * Installs what is missing where that can be done without asking: as root on Debian and Ubuntu.
 * @param {readonly Requirement[]} requirements
 * @throws {SetupError} with what to install by hand
 */
export function provideRequirements(requirements) {
  const missing = requirements.filter(isMissing);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) throw new SetupError(byHand(missing));

  const packages = missing.flatMap((requirement) => requirement.debianPackages);
  say(`installing ${packages.join(', ')} …`);
  installDebianPackages(packages);
  const stillMissing = missing.filter(isMissing);
  if (stillMissing.length > 0) throw new SetupError(byHand(stillMissing));
}

function isMissing(/** @type {Requirement} */ requirement) {
  const namedElsewhere = requirement.setting !== undefined && process.env[requirement.setting];
  return !namedElsewhere && requirement.find() === undefined;
}

function byHand(/** @type {readonly Requirement[]} */ missing) {
  const [first] = missing;
  if (missing.length === 1 && first !== undefined) {
    const instead = first.setting === undefined ? '' : `, or name one that runs by ${first.setting}`;
    return `install ${first.name} (Debian: ${first.debianPackages.join(' ')})${instead}: it is needed to ${first.why}`;
  }
  const packages = missing.flatMap((requirement) => requirement.debianPackages);
  return `install ${missing.map((each) => each.name).join(', ')} (Debian: ${packages.join(' ')})`;
}
