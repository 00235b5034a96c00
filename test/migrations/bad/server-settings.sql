-- up
alter system set work_mem = '1GB';
