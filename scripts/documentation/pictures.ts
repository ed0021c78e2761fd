import { arrow, box, centred, drawing, ending, place, text } from './drawing.ts';
import type { Language } from './language.ts';

const WORDS = {
  en: {
    eventPath: 'The way of one event',
    lanes: 'Three lanes',
    acknowledgement: 'Acknowledgement',
    worker: 'worker container',
    web: 'web containers',
    task: 'task',
    notifier: 'notifier',
    outbox: 'outbox on disk',
    acks: 'acknowledgements',
    stream: 'stream',
    listener: 'listener',
    path: 'decode, batch',
    database: 'database',
    history: 'history and rows',
    api: 'API',
    dashboard: 'dashboard',
    producer: 'existing producer',
    producerBelow: 'PUBLISH and LPUSH',
    script: 'one script call',
    mainLane: 'the main lane',
    channel: 'channel',
    secondLane: 'the second lane',
    list: 'list',
    listLane: 'for version 0',
    listeners: 'listeners',
    shared: 'shared by all replicas',
    settled: 'deleted after the commit',
    held: 'the leader holds it back,',
    applied: 'and applies what is missing',
    moved: 'moved, not popped:',
    kept: 'a crash loses none',
    sent: 'sent',
    holds: 'held by the database',
    says: 'acknowledgement: 1 to 4, 6 to 8',
    again: '5 is sent again',
    lost: 'lost on the way',
  },
  zh: {
    eventPath: '一个事件的路径',
    lanes: '三条通道',
    acknowledgement: '确认机制',
    worker: '工作容器',
    web: 'Web 容器',
    task: '任务',
    notifier: '通知器',
    outbox: '磁盘上的发件箱',
    acks: '确认',
    stream: 'stream',
    listener: '监听器',
    path: '解码、组批',
    database: '数据库',
    history: '历史与任务行',
    api: 'API',
    dashboard: '仪表盘',
    producer: '现有的生产者',
    producerBelow: 'PUBLISH 加 LPUSH',
    script: '一次脚本调用',
    mainLane: '主通道',
    channel: 'channel',
    secondLane: '备用通道',
    list: 'list',
    listLane: '供版本 0 使用',
    listeners: '监听器',
    shared: '所有副本共同消费',
    settled: '提交之后才删除',
    held: '领导者先暂存，',
    applied: '只补上缺少的事件',
    moved: '移走而不是弹出：',
    kept: '崩溃也不丢',
    sent: '已发送',
    holds: '数据库已有',
    says: '确认：1 到 4、6 到 8',
    again: '重发 5',
    lost: '途中丢失',
  },
} as const satisfies Record<Language, Record<string, string>>;

/** The drawings of docs/how-it-works.md, by the names of their files. */
export const PICTURES: Readonly<Record<string, (language: Language) => string>> = {
  'event-path': (language) => eventPath(WORDS[language]),
  lanes: (language) => lanes(WORDS[language]),
  acknowledgement: (language) => acknowledgement(WORDS[language]),
};

type Words = Readonly<Record<keyof (typeof WORDS)['en'], string>>;

function eventPath(words: Words): string {
  return drawing(words.eventPath, 800, 320, [
    place(10, 10, 230, 300, words.worker),
    place(300, 10, 190, 300, 'Redis'),
    place(550, 10, 240, 300, words.web),
    box('box', [30, 55, 190, 44], words.task),
    box('main', [30, 170, 190, 116], words.notifier, words.outbox),
    box('box', [318, 55, 154, 44], words.acks),
    box('box', [318, 242, 154, 44], words.stream),
    box('box', [570, 226, 200, 60], words.listener, words.path),
    box('main', [570, 55, 200, 60], words.database, words.history),
    box('box', [660, 150, 110, 44], words.api, words.dashboard),
    arrow('way', [125, 99], [125, 170]),
    text(135, 140, '1  publish()'),
    arrow('way', [220, 264], [318, 264]),
    text(246, 255, '2'),
    arrow('way', [472, 264], [570, 264]),
    text(512, 255, '3'),
    arrow('way', [615, 226], [615, 115]),
    text(594, 176, '4'),
    arrow('way', [715, 115], [715, 150]),
    arrow('back', [570, 77], [472, 77]),
    text(516, 68, '5'),
    arrow('back', [318, 77], [268, 77], [268, 200], [220, 200]),
    text(276, 146, '6'),
  ]);
}

function lanes(words: Words): string {
  return drawing(words.lanes, 800, 330, [
    place(300, 10, 180, 310, 'Redis'),
    place(550, 10, 240, 310, words.listeners),
    box('main', [20, 85, 180, 60], words.notifier, words.outbox),
    box('box', [20, 246, 180, 60], words.producer, words.producerBelow),
    box('main', [318, 50, 144, 56], words.stream, words.mainLane),
    box('box', [318, 142, 144, 56], words.channel, words.secondLane),
    box('box', [318, 248, 144, 56], words.list, words.listLane),
    box('main', [568, 50, 204, 56], words.shared, words.settled),
    box('box', [568, 142, 204, 56], words.held, words.applied),
    box('box', [568, 248, 204, 56], words.moved, words.kept),
    centred(247, 106, words.script, 'small'),
    arrow('way', [200, 115], [294, 115], [294, 78], [318, 78]),
    arrow('spare', [294, 115], [294, 170], [318, 170]),
    arrow('spare', [200, 262], [250, 262], [250, 186], [318, 186]),
    arrow('way', [200, 284], [318, 284]),
    arrow('way', [462, 78], [568, 78]),
    arrow('spare', [462, 170], [568, 170]),
    arrow('way', [462, 276], [568, 276]),
  ]);
}

function acknowledgement(words: Words): string {
  const numbers = [1, 2, 3, 4, 5, 6, 7, 8];
  const cell = (number: number, y: number, kind: 'box' | 'main'): string =>
    box(kind, [200 + (number - 1) * 70, y, 56, 40], String(number));
  const middle = 200 + 4 * 70 + 28;
  return drawing(words.acknowledgement, 800, 270, [
    text(20, 55, words.outbox, 'strong'),
    text(20, 73, words.sent, 'small'),
    text(20, 225, words.database, 'strong'),
    text(20, 243, words.holds, 'small'),
    ...numbers.map((number) => cell(number, 34, number === 5 ? 'main' : 'box')),
    ...numbers.filter((number) => number !== 5).map((number) => cell(number, 206, 'box')),
    centred(middle, 231, words.lost, 'small'),
    arrow('way', [228, 74], [228, 206]),
    arrow('back', [718, 206], [718, 74]),
    text(middle + 40, 146, words.says),
    arrow('spare', [middle, 74], [middle, 206]),
    ending(middle - 12, 146, words.again),
  ]);
}
