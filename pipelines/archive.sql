SELECT v['code'] AS code, COUNT(1) AS hits FROM www_access GROUP BY v['code']
