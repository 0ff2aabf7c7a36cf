using System.Globalization;

namespace Pioneer.Domain;

/// <summary>Amounts of bytes as people read them, as in '1.5 MiB'; the one way in which pages and sentences write them.</summary>
public static class Sizes
{
    private const double Step = 1024;

    private static readonly string[] Units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];

    public static string Words(long bytes)
    {
        var (value, unit) = ((double)bytes, 0);
        while (value >= Step && unit < Units.Length - 1)
        {
            (value, unit) = (value / Step, unit + 1);
        }

        return bytes == 1 ? "1 byte" : string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {Units[unit]}");
    }
}
