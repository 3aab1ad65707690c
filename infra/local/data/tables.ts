import {
  char,
  date,
  epochMilliseconds,
  type FieldType,
  float,
  integer,
  isoDay,
  namedMonthDay,
  number,
  required,
  slashedTime,
  timestamp,
  varchar2,
} from './fields.ts';

/** A table and where its rows come from: per column its field in the source file and its type. */
export interface TableSource {
  readonly owner: string;
  readonly name: string;
  /** In the folder `data` of the npm package vega-datasets. */
  readonly file: string;
  /** Column → [field, type]; a dot in a field's name steps into an object or array. */
  readonly columns: Readonly<Record<string, readonly [field: string, type: FieldType]>>;
}

/**
 * Public data with Oracle types. Sources and licences: datapackage.json of
 * https://github.com/vega/vega-datasets
 */
export const tableSources: readonly TableSource[] = [
  {
    owner: 'FERRY',
    name: 'FLIGHTS',
    file: 'flights-200k.json',
    columns: {
      DELAY: ['delay', required(number(5))],
      DISTANCE: ['distance', required(number(5))],
      // Hours since midnight, a whole minute being 1/60: no DATE, because the file does not tell the day.
      TIME: ['time', required(number())],
    },
  },
  {
    owner: 'FERRY',
    name: 'MOVIES',
    file: 'movies.json',
    columns: {
      TITLE: ['Title', varchar2(100)],
      US_GROSS: ['US Gross', number(14, 2)],
      WORLDWIDE_GROSS: ['Worldwide Gross', number(14, 2)],
      US_DVD_SALES: ['US DVD Sales', number(12)],
      PRODUCTION_BUDGET: ['Production Budget', number(12)],
      RELEASE_DATE: ['Release Date', date(namedMonthDay)],
      MPAA_RATING: ['MPAA Rating', char(9)],
      RUNNING_TIME_MIN: ['Running Time min', number(3)],
      DISTRIBUTOR: ['Distributor', varchar2(40)],
      SOURCE: ['Source', varchar2(40)],
      MAJOR_GENRE: ['Major Genre', varchar2(20)],
      CREATIVE_TYPE: ['Creative Type', varchar2(30)],
      DIRECTOR: ['Director', varchar2(40)],
      ROTTEN_TOMATOES_RATING: ['Rotten Tomatoes Rating', number(3)],
      IMDB_RATING: ['IMDB Rating', number(3, 1)],
      IMDB_VOTES: ['IMDB Votes', integer],
    },
  },
  {
    owner: 'FERRY',
    name: 'EARTHQUAKES',
    file: 'earthquakes.json',
    columns: {
      ID: ['id', required(varchar2(12))],
      MAGNITUDE: ['properties.mag', number(4, 2)],
      MAGNITUDE_TYPE: ['properties.magType', varchar2(5)],
      PLACE: ['properties.place', varchar2(100)],
      OCCURRED_AT: ['properties.time', required(timestamp(3, epochMilliseconds))],
      UPDATED_AT: ['properties.updated', timestamp(6, epochMilliseconds)],
      UTC_OFFSET_MIN: ['properties.tz', number(4)],
      FELT: ['properties.felt', number(6)],
      INTENSITY: ['properties.cdi', number(3, 1)],
      ALERT: ['properties.alert', varchar2(6)],
      STATUS: ['properties.status', char(9)],
      TSUNAMI: ['properties.tsunami', number(1)],
      STATIONS: ['properties.nst', number(4)],
      STATION_DISTANCE: ['properties.dmin', float],
      RESIDUAL: ['properties.rms', number()],
      LONGITUDE: ['geometry.coordinates.0', number(10, 7)],
      LATITUDE: ['geometry.coordinates.1', number(9, 7)],
      DEPTH_KM: ['geometry.coordinates.2', number(6, 3)],
    },
  },
  {
    owner: 'FERRY',
    name: 'BIRDSTRIKES',
    file: 'birdstrikes.csv',
    columns: {
      AIRPORT: ['Airport Name', varchar2(60)],
      AIRCRAFT: ['Aircraft Make Model', varchar2(30)],
      DAMAGE: ['Effect Amount of damage', varchar2(20)],
      FLIGHT_DATE: ['Flight Date', required(date(isoDay))],
      OPERATOR: ['Aircraft Airline Operator', varchar2(40)],
      ORIGIN_STATE: ['Origin State', varchar2(20)],
      FLIGHT_PHASE: ['Phase of flight', varchar2(20)],
      WILDLIFE_SIZE: ['Wildlife Size', char(6)],
      WILDLIFE_SPECIES: ['Wildlife Species', varchar2(30)],
      TIME_OF_DAY: ['Time of day', varchar2(5)],
      COST_OTHER: ['Cost Other', number(10, 2)],
      COST_REPAIR: ['Cost Repair', number(10, 2)],
      COST_TOTAL: ['Cost Total $', number(10, 2)],
      SPEED_KNOTS: ['Speed IAS in knots', number(4)],
    },
  },
  {
    owner: 'FERRY',
    name: 'WEATHER',
    file: 'weather.csv',
    columns: {
      LOCATION: ['location', required(char(10))],
      OBSERVED_ON: ['date', required(date(isoDay))],
      PRECIPITATION: ['precipitation', number(5, 1)],
      TEMP_MAX: ['temp_max', number(4, 1)],
      TEMP_MIN: ['temp_min', number(4, 1)],
      WIND: ['wind', number(4, 1)],
      WEATHER: ['weather', varchar2(10)],
    },
  },
  {
    owner: 'FERRY',
    name: 'AIRPORTS',
    file: 'airports.csv',
    columns: {
      IATA: ['iata', required(char(4))],
      NAME: ['name', varchar2(60)],
      CITY: ['city', varchar2(40)],
      STATE: ['state', varchar2(2)],
      COUNTRY: ['country', varchar2(40)],
      LATITUDE: ['latitude', number(10, 8)],
      LONGITUDE: ['longitude', number(11, 8)],
    },
  },
  {
    owner: 'FERRY',
    name: 'ZIPCODES',
    file: 'zipcodes.csv',
    columns: {
      ZIP_CODE: ['zip_code', required(char(5))],
      LATITUDE: ['latitude', number(9, 6)],
      LONGITUDE: ['longitude', number(9, 6)],
      CITY: ['city', varchar2(40)],
      STATE: ['state', char(2)],
      COUNTY: ['county', varchar2(40)],
    },
  },
  {
    owner: 'FERRY',
    name: 'FOOTBALL',
    file: 'football.json',
    columns: {
      PLAYED_ON: ['date', required(date(isoDay))],
      DIVISION: ['division', varchar2(30)],
      HOME_TEAM: ['home_team', varchar2(30)],
      AWAY_TEAM: ['away_team', varchar2(30)],
      HOME_SCORE: ['home_score', number(2)],
      AWAY_SCORE: ['away_score', number(2)],
    },
  },
  {
    owner: 'FERRY',
    name: 'GITHUB',
    file: 'github.csv',
    columns: {
      HOUR: ['time', required(date(slashedTime))],
      PUSHES: ['count', required(number(6))],
    },
  },
  {
    owner: 'MARKET',
    name: 'STOCKS',
    file: 'stocks.csv',
    columns: {
      SYMBOL: ['symbol', required(char(5))],
      MONTH: ['date', required(date(namedMonthDay))],
      PRICE: ['price', number(10, 2)],
    },
  },
  {
    owner: 'MARKET',
    name: 'SP500',
    file: 'sp500-2000.csv',
    columns: {
      TRADED_ON: ['date', required(date(isoDay))],
      OPEN: ['open', number(12, 6)],
      HIGH: ['high', number(12, 6)],
      LOW: ['low', number(12, 6)],
      CLOSE: ['close', number(18, 9)],
      VOLUME: ['volume', number(18)],
    },
  },
];
