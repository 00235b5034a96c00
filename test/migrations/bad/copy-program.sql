-- up
copy countries from program 'curl -s http://127.0.0.1/countries.csv';
