package dev.kvbench;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.InvalidNullException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What is wrong with a JSON file, for the one who wrote it: the line and column, the field, what is there and what is expected.
 * The parser's own messages are for who programs it.
 */
public final class JsonFault {

    private static final Pattern CHARACTER = Pattern.compile("Unexpected character \\((?:'(.+)' \\(code (\\d+)|\\(CTRL-CHAR, code (\\d+))");
    /** Which token a reader met, in its message: by then the parser itself is closed. */
    private static final Pattern TOKEN = Pattern.compile("(?:JsonToken\\.|from )([A-Z_]{5,}|String|Number|Boolean)");
    private static final Pattern QUOTED = Pattern.compile("['\"](.*)['\"]");
    private static final Pattern MARKERS = Pattern.compile("Unexpected close marker '(.)': expected '(.)'");
    private static final Pattern MISSING = Pattern.compile("^Missing required creator property");
    private static final Pattern NUMBERS = Pattern.compile(".*(numeric value|number|zeroes|decimal point).*", Pattern.CASE_INSENSITIVE);

    private JsonFault() {}

    /**
     * @param file the file
     * @param what what it should be ("a run configuration")
     * @param e what its reader threw
     * @return the error to throw
     */
    public static UserError of(Path file, String what, JsonProcessingException e) {
        return new UserError(file + ": " + StandIn.in(file).orElseGet(() -> "not " + what + ": " + of(e)), e);
    }

    /**
     * @param e what a reader of JSON threw
     * @return where the fault is, as far as that is known, and what it is, on one line
     */
    public static String of(JsonProcessingException e) {
        JsonLocation at = e.getLocation();
        boolean known = at != null && at.getLineNr() > 0;
        return (known ? "line " + at.getLineNr() + ", column " + Math.max(1, at.getColumnNr()) + ": " : "")
                + (e instanceof JsonMappingException mapping && !(e.getCause() instanceof JsonProcessingException)
                        ? field(mapping) : syntax(e.getCause() instanceof JsonProcessingException cause ? cause : e));
    }

    private static String field(JsonMappingException e) {
        String path = e.getPath().stream()
                .map(p -> p.getFieldName() == null ? "[" + p.getIndex() + "]" : "." + p.getFieldName())
                .collect(Collectors.joining()).replaceFirst("^\\.", "");
        if (e instanceof UnrecognizedPropertyException unknown) {
            return Suggestions.unknown("field", unknown.getPropertyName(),
                    unknown.getKnownPropertyIds().stream().map(String::valueOf).toList()).getMessage();
        }
        if (e instanceof InvalidNullException || MISSING.matcher(String.valueOf(e.getOriginalMessage())).find()) {
            return "a required field is missing" + (path.isEmpty() ? "" : ": " + ForeignText.quoted(path));
        }
        if (e instanceof MismatchedInputException wrong && wrong.getTargetType() != null) {
            String found = e instanceof InvalidFormatException format ? ForeignText.quoted(String.valueOf(format.getValue()))
                    : found(String.valueOf(e.getOriginalMessage()));
            return (path.isEmpty() ? "the whole" : ForeignText.quoted(path)) + (found.isEmpty() ? "" : " is " + found + ", but")
                    + " must be " + expected(wrong.getTargetType());
        }
        return path.isEmpty() ? "has no such content" : ForeignText.quoted(path) + " has no such value";
    }

    private static String found(String said) {
        Matcher token = TOKEN.matcher(said);
        return !token.find() ? "" : switch (token.group(1)) {
            case "START_OBJECT", "END_OBJECT", "FIELD_NAME", "PROPERTY_NAME" -> "an object";
            case "START_ARRAY", "END_ARRAY" -> "a list";
            case "VALUE_STRING", "String" -> "a text";
            case "VALUE_NUMBER_INT", "VALUE_NUMBER_FLOAT", "Number" -> "a number";
            case "VALUE_TRUE" -> "true";
            case "VALUE_FALSE" -> "false";
            case "Boolean" -> "true or false";
            case "VALUE_NULL" -> "null";
            default -> "";
        };
    }

    private static String expected(Class<?> type) {
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return "a whole number";
        }
        if (type.isPrimitive() && type != boolean.class || Number.class.isAssignableFrom(type)) {
            return "a number";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (CharSequence.class.isAssignableFrom(type)) {
            return "a text in double quotes";
        }
        return type.isArray() || Collection.class.isAssignableFrom(type) ? "a list in [ ]"
                : Map.class.isAssignableFrom(type) || type.isRecord() ? "an object in { }" : "something else";
    }

    private static String syntax(JsonProcessingException e) {
        String said = String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
        if (e instanceof StreamConstraintsException) {
            return said.contains("depth") ? "nested too deep to be read" : "a number, text or name too long to be read";
        }
        if (e instanceof JsonEOFException || said.startsWith("Unexpected end-of-input")) {
            return "the file ends in the middle; its rest is missing";
        }
        Matcher quoted = QUOTED.matcher(said);
        String part = quoted.find() ? ForeignText.quoted(quoted.group(1)) : "this";
        if (said.startsWith("Duplicate")) {
            return part + " is there twice";
        }
        if (said.startsWith("Non-standard token") || said.startsWith("Unrecognized token")) {
            // "'abc': was expecting (JSON String, …": the token alone
            return said.replaceFirst("^.*? token '(.*?)'.*$", "'$1'") + " is no value of JSON; texts stand in double quotes";
        }
        Matcher character = CHARACTER.matcher(said);
        if (character.find()) {
            return character.group(1) == null ? "a control character (code " + character.group(3) + "): this is not text"
                    : unexpected(character.group(1), said);
        }
        Matcher markers = MARKERS.matcher(said);
        if (markers.find()) {
            return "'" + markers.group(1) + "' where '" + markers.group(2) + "' is expected";
        }
        if (said.startsWith("Illegal character")) {
            return "a control character: this is not text";
        }
        if (said.contains("out of range")) {
            return "a number too large";
        }
        if (said.startsWith("Illegal unquoted character")) {
            return "a line end or control character inside a text";
        }
        if (said.startsWith("Unrecognized character escape")) {
            return "a backslash that begins no escape; a backslash itself is written \\\\";
        }
        if (said.startsWith("Invalid UTF-8")) {
            return "not UTF-8";
        }
        return NUMBERS.matcher(said).matches() ? "a malformed number" : "not JSON";
    }

    private static String unexpected(String character, String said) {
        if (character.equals("/") || character.equals("#")) {
            return "a comment; JSON has none, take it out";
        }
        if (character.equals("'")) {
            return "a single quote; names and texts stand in double quotes";
        }
        boolean name = said.contains("field name") || said.contains("property name");
        boolean colon = said.contains("colon");
        boolean comma = said.contains("comma");
        if (!colon && !comma && (character.equals("}") || character.equals("]"))) {
            return (name || character.equals("]") ? "a comma too many before '" : "a value is missing before '") + character + "'";
        }
        return "'" + character + "' where " + (colon ? "a colon" : comma ? "a comma" : name ? "a name in double quotes" : "a value")
                + " is expected";
    }
}
