import sys

import taskwire
from taskwire import report_progress, tracked

taskwire.configure()


@tracked(task_name="clean_up")
def clean_up(task_request_id, folders):
    for done, folder in enumerate(folders, start=1):
        print(f"{folder} is clean")
        report_progress(done / len(folders))
    return {"folders": len(folders)}


clean_up(task_request_id=sys.argv[1], folders=["uploads", "thumbnails", "exports"])
