import { readFileSync } from 'node:fs';
import { parse as parseCsv } from 'csv-parse/sync';

/**
 * What an export of each demo table must hold, read from the source files a second time, without a line of
 * the code that fills the local Oracle and of the encoder: the other side of every comparison.
 */
export type ExpectedRow = Readonly<Record<string, Field>>;

/** Undefined, for a field that the source does not have, equals nothing that JSON can say. */
type Field = string | number | null | undefined;

/** Per table, a function that reads its rows in the order of the source file. */
export const expectedTables: Readonly<Record<string, () => readonly ExpectedRow[]>> = {
  'FERRY.FLIGHTS': flights,
  'FERRY.MOVIES': movies,
  'FERRY.EARTHQUAKES': earthquakes,
  'FERRY.BIRDSTRIKES': birdstrikes,
  'FERRY.WEATHER': weather,
  'FERRY.AIRPORTS': airports,
  'FERRY.ZIPCODES': zipcodes,
  'FERRY.FOOTBALL': football,
  'FERRY.GITHUB': github,
  'MARKET.STOCKS': stocks,
  'MARKET.SP500': sp500,
};

// Straight from the text: NUMBER without precision must keep every digit that the file shows.
function flights(): ExpectedRow[] {
  const records = /\{"delay":(-?\d+),"distance":(\d+),"time":([\d.]+)\}/g;
  return Array.from(source('flights-200k.json').matchAll(records), ([, delay, distance, time]) => ({
    DELAY: Number(delay),
    DISTANCE: Number(distance),
    TIME: withoutTrailingZeros(String(time)),
  }));
}

function movies(): ExpectedRow[] {
  return json('movies.json').map((movie) => ({
    TITLE: movie['Title'] === null ? null : String(movie['Title']),
    US_GROSS: movie['US Gross'],
    WORLDWIDE_GROSS: movie['Worldwide Gross'],
    US_DVD_SALES: movie['US DVD Sales'],
    PRODUCTION_BUDGET: movie['Production Budget'],
    RELEASE_DATE: dayInWords(movie['Release Date']),
    MPAA_RATING: padded(movie['MPAA Rating'], 9),
    RUNNING_TIME_MIN: movie['Running Time min'],
    DISTRIBUTOR: movie['Distributor'],
    SOURCE: movie['Source'],
    MAJOR_GENRE: movie['Major Genre'],
    CREATIVE_TYPE: movie['Creative Type'],
    DIRECTOR: movie['Director'],
    ROTTEN_TOMATOES_RATING: movie['Rotten Tomatoes Rating'],
    IMDB_RATING: movie['IMDB Rating'],
    IMDB_VOTES: movie['IMDB Votes'] === null ? null : String(movie['IMDB Votes']),
  }));
}

function earthquakes(): ExpectedRow[] {
  return JSON.parse(source('earthquakes.json')).features.map(
    ({ id, properties, geometry: { coordinates } }: Earthquake) => ({
      ID: id,
      MAGNITUDE: properties.mag,
      MAGNITUDE_TYPE: properties.magType,
      PLACE: properties.place,
      OCCURRED_AT: new Date(Number(properties.time)).toISOString().replace('Z', ''),
      UPDATED_AT: new Date(Number(properties.updated)).toISOString().replace('Z', '000'),
      UTC_OFFSET_MIN: properties.tz,
      FELT: properties.felt,
      INTENSITY: properties.cdi,
      ALERT: properties.alert,
      STATUS: padded(properties.status, 9),
      TSUNAMI: properties.tsunami,
      STATIONS: properties.nst,
      STATION_DISTANCE: properties.dmin === null ? null : String(properties.dmin),
      RESIDUAL: properties.rms === null ? null : String(properties.rms),
      LONGITUDE: coordinates[0],
      LATITUDE: coordinates[1],
      DEPTH_KM: coordinates[2],
    }),
  );
}

function birdstrikes(): ExpectedRow[] {
  return csv('birdstrikes.csv').map((strike) => ({
    AIRPORT: text(strike['Airport Name']),
    AIRCRAFT: text(strike['Aircraft Make Model']),
    DAMAGE: text(strike['Effect Amount of damage']),
    FLIGHT_DATE: `${strike['Flight Date']}T00:00:00`,
    OPERATOR: text(strike['Aircraft Airline Operator']),
    ORIGIN_STATE: text(strike['Origin State']),
    FLIGHT_PHASE: text(strike['Phase of flight']),
    WILDLIFE_SIZE: padded(text(strike['Wildlife Size']), 6),
    WILDLIFE_SPECIES: text(strike['Wildlife Species']),
    TIME_OF_DAY: text(strike['Time of day']),
    COST_OTHER: number(strike['Cost Other']),
    COST_REPAIR: number(strike['Cost Repair']),
    COST_TOTAL: number(strike['Cost Total $']),
    SPEED_KNOTS: number(strike['Speed IAS in knots']),
  }));
}

function weather(): ExpectedRow[] {
  return csv('weather.csv').map((day) => ({
    LOCATION: padded(text(day['location']), 10),
    OBSERVED_ON: `${day['date']}T00:00:00`,
    PRECIPITATION: number(day['precipitation']),
    TEMP_MAX: number(day['temp_max']),
    TEMP_MIN: number(day['temp_min']),
    WIND: number(day['wind']),
    WEATHER: text(day['weather']),
  }));
}

function airports(): ExpectedRow[] {
  return csv('airports.csv').map((airport) => ({
    IATA: padded(text(airport['iata']), 4),
    NAME: text(airport['name']),
    CITY: text(airport['city']),
    STATE: text(airport['state']),
    COUNTRY: text(airport['country']),
    LATITUDE: number(airport['latitude']),
    LONGITUDE: number(airport['longitude']),
  }));
}

function zipcodes(): ExpectedRow[] {
  return csv('zipcodes.csv').map((zip) => ({
    ZIP_CODE: padded(text(zip['zip_code']), 5),
    LATITUDE: number(zip['latitude']),
    LONGITUDE: number(zip['longitude']),
    CITY: text(zip['city']),
    STATE: padded(text(zip['state']), 2),
    COUNTY: text(zip['county']),
  }));
}

function football(): ExpectedRow[] {
  return json('football.json').map((match) => ({
    PLAYED_ON: `${match['date']}T00:00:00`,
    DIVISION: match['division'],
    HOME_TEAM: match['home_team'],
    AWAY_TEAM: match['away_team'],
    HOME_SCORE: match['home_score'],
    AWAY_SCORE: match['away_score'],
  }));
}

function github(): ExpectedRow[] {
  return csv('github.csv').map(({ time, count }) => ({
    HOUR: String(time).replaceAll('/', '-').replace(' ', 'T'),
    PUSHES: number(count),
  }));
}

function stocks(): ExpectedRow[] {
  return csv('stocks.csv').map(({ symbol, date, price }) => ({
    SYMBOL: padded(text(symbol), 5),
    MONTH: dayInWords(date),
    PRICE: number(price),
  }));
}

function sp500(): ExpectedRow[] {
  return csv('sp500-2000.csv').map((day) => ({
    TRADED_ON: `${day['date']}T00:00:00`,
    OPEN: number(day['open']),
    HIGH: number(day['high']),
    LOW: number(day['low']),
    CLOSE: withoutTrailingZeros(String(day['close'])),
    VOLUME: String(day['volume']),
  }));
}

interface Earthquake {
  readonly id: string;
  readonly properties: Readonly<Record<string, Field>>;
  readonly geometry: { readonly coordinates: readonly number[] };
}

function source(file: string): string {
  return readFileSync(new URL(`../data/${file}`, import.meta.resolve('vega-datasets')), 'utf8');
}

function json(file: string): Record<string, Field>[] {
  return JSON.parse(source(file));
}

function csv(file: string): Record<string, string>[] {
  return parseCsv(source(file), { columns: true });
}

function text(field: Field): Field {
  return field === '' ? null : field;
}

function number(field: string | undefined): Field {
  return field === '' ? null : Number(field);
}

function padded(value: Field, length: number): Field {
  return typeof value === 'string' ? value.padEnd(length) : value;
}

function withoutTrailingZeros(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/0+$/, '').replace(/\.$/, '') : decimal;
}

/** `Jun 12 1998` by the calendar of JavaScript, in UTC. */
function dayInWords(day: Field): string {
  return new Date(`${day} 00:00:00 UTC`).toISOString().slice(0, 19);
}
