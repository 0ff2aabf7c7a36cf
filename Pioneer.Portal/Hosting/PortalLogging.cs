using Pioneer.Domain;
using Pioneer.Jobs.Hosting;
using Serilog;
using Serilog.Events;
using Serilog.Sinks.File;

namespace Pioneer.Portal.Hosting;

/// <summary>How much the log may take of the disk; section <c>Logs</c>.</summary>
internal sealed class LogOptions
{
    public const string Section = "Logs";

    /// <summary>A file that has grown to this is followed by another, also within a day.</summary>
    public int MaxFileMegabytes { get; set; } = 64;

    /// <summary>All files together; the oldest are deleted.</summary>
    public int MaxTotalMegabytes { get; set; } = 1024;

    /// <summary>Files that fit into the total.</summary>
    public int MaxFiles => Math.Max(1, MaxTotalMegabytes / MaxFileMegabytes);

    /// <summary>The section as it is configured.</summary>
    /// <exception cref="StartException">A figure that is none, or too small.</exception>
    public static LogOptions Read(IConfiguration configuration)
    {
        var options = configuration.GetSection(Section).Get<LogOptions>() ?? new LogOptions();
        return options.MaxFileMegabytes >= 1 && options.MaxTotalMegabytes >= options.MaxFileMegabytes
            ? options
            : throw new StartException(
                $"{Section}:MaxFileMegabytes is {options.MaxFileMegabytes} and {Section}:MaxTotalMegabytes is {options.MaxTotalMegabytes}; "
                + "a file needs 1 or more, and the total at least as much as one file.");
    }
}

/// <summary>Where the portal's log lines go.</summary>
public static class PortalLogging
{
    /// <summary>
    /// Warnings and worse to the console, everything to files under <c>data/logs</c>: a new one each day and whenever one is full; the oldest are
    /// deleted when together they would be too large, and the log says so.
    /// </summary>
    public static void AddPortalLogging(this WebApplicationBuilder builder)
    {
        var options = LogOptions.Read(builder.Configuration);
        var file = Path.Combine(builder.Configuration["Data"]!, "logs", "pioneer-.log");
        builder.Services.AddSerilog(log => log
            .WithPioneerLevels()
            .WithTrialLevels(builder.Configuration)
            .ReadFrom.Configuration(builder.Configuration)
            .Enrich.FromLogContext()
            .WriteTo.Console(new LogLineFormatter(), LogEventLevel.Warning)
            .WriteTo.File(
                new LogLineFormatter(),
                file,
                rollingInterval: RollingInterval.Day,
                fileSizeLimitBytes: options.MaxFileMegabytes * 1024L * 1024,
                rollOnFileSizeLimit: true,
                retainedFileCountLimit: options.MaxFiles,
                hooks: new TellDeletions()));
    }

    /// <summary>What leaves the log is said in the log. Not from within the sink, which holds its lock.</summary>
    private sealed class TellDeletions : FileLifecycleHooks
    {
        public override void OnFileDeleting(string path) => _ = Task.Run(() => Log.ForContext(typeof(PortalLogging)).Warning(
            "The log file {File} is deleted: the files have reached {Section}:MaxTotalMegabytes", Path.GetFileName(path), LogOptions.Section));
    }
}
