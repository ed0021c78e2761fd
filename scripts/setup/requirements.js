import { findChromium } from './find-chromium.js';
import { findContainerEngine } from './find-container-engine.js';
import { findCurl } from './find-curl.js';
import { findPostgresBinaries } from './find-postgres.js';
import { findPromtool } from './find-promtool.js';
import { findPythonForTests } from './find-python.js';
import { findRedisServer } from './find-redis.js';

/**
 * @typedef {object} Requirement
 * @property {string} name
 * @property {string} why What is not possible without it, as the rest of "it is needed to …".
 * @property {'running' | 'tests' | 'containers'} neededFor `tests`: `npm test`; `containers`: `npm run test:containers`.
 * @property {string} [setting] The environment variable that names one that runs elsewhere, and makes it unneeded.
 * @property {() => string | undefined} find Where it is on this machine.
 * @property {readonly string[]} debianPackages What to install on Debian and Ubuntu.
 */

/**
 * What npm cannot install. A new need is a new row.
 * @type {readonly Requirement[]}
 */
export const requirements = [
  {
    name: 'Redis 6.2 or newer',
    why: 'carry events from workers to the database',
    neededFor: 'running',
    setting: 'REDIS_URL',
    find: findRedisServer,
    debianPackages: ['redis-server'],
  },
  {
    // Tests start, freeze and kill servers of their own, also where DATABASE_URL names one for the rest.
    name: 'PostgreSQL 15 or newer',
    why: 'test against a real database server',
    neededFor: 'tests',
    find: findPostgresBinaries,
    debianPackages: ['postgresql'],
  },
  {
    name: 'Python 3 with redis-py, Celery and its pools, SQLAlchemy, FastAPI, and what checks types and builds wheels',
    why: 'test the Python client, and a producer of version 0 events, as they are deployed',
    neededFor: 'tests',
    find: findPythonForTests,
    debianPackages: [
      'python3',
      'python3-redis',
      'python3-celery',
      'python3-gevent',
      'python3-eventlet',
      'python3-sqlalchemy',
      'python3-psycopg2',
      'python3-fastapi',
      'python3-uvicorn',
      'mypy',
      'python3-setuptools',
      'python3-wheel',
    ],
  },
  {
    name: 'Prometheus 2.40 or newer, with promtool',
    why: 'test alert rules and metrics',
    neededFor: 'tests',
    find: findPromtool,
    debianPackages: ['prometheus'],
  },
  {
    name: 'Chromium',
    why: 'test the dashboard as people see it',
    neededFor: 'tests',
    setting: 'CHROMIUM',
    find: findChromium,
    debianPackages: ['chromium'],
  },
  {
    name: 'curl',
    why: 'run the examples of docs/api.md',
    neededFor: 'tests',
    find: findCurl,
    debianPackages: ['curl'],
  },
  {
    name: 'compose and a container engine that runs, or, for root to start one, docker and debootstrap',
    why: 'build the images and run them',
    neededFor: 'containers',
    find: findContainerEngine,
    debianPackages: ['docker.io', 'docker-compose', 'debootstrap'],
  },
];
