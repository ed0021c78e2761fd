"""task-script.ts once more, in Python."""

#: How many tasks of one worker are open at once.
OPEN_TASKS_MAX = 20


class TaskScript:
    """The lives of tasks, without end: each is RUNNING, may be tried again, and ends; many are open at once."""

    def __init__(self, label, chance):
        self.label = label
        self.chance = chance
        self.open = []
        self.started = 0

    def __call__(self):
        index = self.chance.randrange(OPEN_TASKS_MAX)
        if index >= len(self.open):
            self.started += 1
            task = [f"{self.label}-{self.started}", 1]
            self.open.append(task)
            return self.event(task, "RUNNING", {"cpu_usage": self.chance.random()})
        task = self.open[index]
        fate = self.chance.random()
        if fate < 0.1:
            told = self.event(task, "RETRY", {"error": f"try {task[1]} failed", "error_type": "Flaky"})
            task[1] += 1
            return told
        if fate < 0.3:
            return self.event(task, "RUNNING", {})
        self.open.remove(task)
        if fate < 0.9:
            return self.event(task, "SUCCESS", {"result": {"value": self.chance.random()}, "execution_time": 0.1})
        return self.event(task, "FAILURE", {"error": "gave up", "error_type": "GivenUp"})

    @staticmethod
    def event(task, status, data):
        return {"task_request_id": task[0], "status": status, "attempt": task[1], "data": data}
