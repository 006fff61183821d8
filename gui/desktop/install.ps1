# Put the unpacked desktop build into the start menu of the person who runs this, and let it open
# sessions (.easytear). No administrator is needed.
$here = Split-Path -Parent $MyInvocation.MyCommand.Path
$program = Join-Path $here "EasyTear.exe"
$menu = [Environment]::GetFolderPath("Programs")
$shell = New-Object -ComObject WScript.Shell
$link = $shell.CreateShortcut((Join-Path $menu "EasyTear.lnk"))
$link.TargetPath = $program
$link.WorkingDirectory = [Environment]::GetFolderPath("MyDocuments")
$link.Save()
$classes = "HKCU:\Software\Classes"
New-Item -Force "$classes\.easytear" -Value "EasyTear.session" | Out-Null
New-Item -Force "$classes\EasyTear.session\shell\open\command" -Value "`"$program`" `"%1`"" | Out-Null
Write-Output "EasyTear stands in the start menu; sessions (.easytear) open with it."
