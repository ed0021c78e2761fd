/**
 * What a reader of Chinese is told before a page that is only there in English, by its name in docs/: references are written by
 * programs, from texts that are English in the code.
 */
export const CHINESE_INTRODUCTIONS: Readonly<Record<string, string>> = {
  'settings.md':
    '本页由代码生成，只有英文。taskwire 完全由环境变量设置，启动时读取一次；值有误或以 TASKWIRE_ 开头却不认识的名字，会以一行指明它的话让启动停下。表中依次为名字、默认值、期望的值和含义；空值视为未设置，机密设置的值从不打印。',
  'api.md':
    '本页的表格由代码生成，只有英文。运行中的 Web 进程在 /docs 提供可直接试用的 API，在 /openapi.json 提供描述。内容依次为：各路由的共同点、提交与查看任务、过滤与分页、错误代码及处理办法、实时更新、经 HTTP 送入事件、死信，以及全部操作的列表。文中的示例由测试运行。',
  'events.md':
    '本页由代码生成，只有英文。事件是一个任务的一次状态变更，即一个 UTF-8 的 JSON 对象。表中列出每个字段在版本 0 和版本 1 里是否必需、期望什么值；之后是两个版本的示例、上限，以及 Redis 里各个名字的用途。',
  'command-line.md':
    '本页由代码生成，只有英文。内容为：命令与谁通信、终端内外的输出有何不同、退出码，然后是每个命令及其选项、退出码和示例。任何命令加上 --help 也会显示同样的内容。',
};
